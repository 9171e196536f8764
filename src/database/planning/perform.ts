import type { Operation } from "../configuration-store.ts";
import type { Violation } from "../database-error.ts";
import { nameOf, SCHEMAS, type Kind } from "../model/kinds.ts";
import { keepingSecrets } from "../model/secrets.ts";
import { mergePatch, withoutUndefined } from "../model/paths.ts";
import { sealed } from "../model/sealing.ts";
import type { SecretKeeper } from "../secret-keeper.ts";
import type { AnyBody, Draft, Touched } from "./draft.ts";

/** Does one operation to a draft; what it cannot do is a violation. */
export function perform(draft: Draft, operation: Operation, keeper: SecretKeeper): void {
  const { kind } = operation;
  if (operation.type === "create" || operation.type === "put") {
    const body = parsed(draft, kind, nameOf(kind, operation.body), operation.body);
    if (body === undefined) return;
    const touched = draft.touch(kind, nameOf(kind, body));
    return finish(draft, operation, touched, withKeptSecrets(operation, body, touched), keeper);
  }
  const touched = draft.touch(kind, operation.name);
  if (operation.type === "delete" || touched.after === undefined) {
    return finish(draft, operation, touched, undefined, keeper);
  }
  const given = operation.type === "merge" ? mergePatch(touched.after, operation.body) : operation.body;
  const body = parsed(draft, kind, operation.name, given);
  if (body !== undefined) finish(draft, operation, touched, withKeptSecrets(operation, body, touched), keeper);
}

function withKeptSecrets(operation: Operation, body: AnyBody, { kind, after }: Touched): AnyBody {
  const keeps = "keepsSecrets" in operation && operation.keepsSecrets === true;
  return keeps && after !== undefined ? keepingSecrets(kind, body, after) : body;
}

function parsed(draft: Draft, kind: Kind, name: string, given: unknown): AnyBody | undefined {
  const result = SCHEMAS[kind].safeParse(given);
  if (result.success) return withoutUndefined(result.data) as AnyBody;
  for (const { path, message } of result.error.issues) {
    draft.violate({ code: "bad-object", kind, name, path, message });
  }
  return undefined;
}

function finish(
  draft: Draft,
  operation: Operation,
  touched: Touched,
  body: AnyBody | undefined,
  keeper: SecretKeeper,
): void {
  const { kind, name } = touched;
  const refusal = refusalOf(operation, touched, body);
  if (refusal !== undefined) return draft.violate({ ...refusal, kind, name, path: [] });
  touched.after = body === undefined ? undefined : sealed(kind, body, keeper);
}

function refusalOf(
  operation: Operation,
  { kind, name, after, revision }: Touched,
  body: AnyBody | undefined,
): Pick<Violation, "code" | "message"> | undefined {
  const { type } = operation;
  if (type === "create" && after !== undefined) return { code: "already-exists", message: "is there already" };
  if (type !== "create" && type !== "put" && after === undefined) {
    return { code: "not-found", message: "there is none" };
  }
  if ("ifRevision" in operation && operation.ifRevision !== undefined && operation.ifRevision !== revision) {
    return { code: "changed-meanwhile", message: "has been changed since it was read" };
  }
  const now = body === undefined ? name : nameOf(kind, body);
  if (now !== name) {
    return { code: "bad-object", message: `the name cannot change to ${now}: make another and delete this one` };
  }
  return undefined;
}
