import { z } from "zod";
import { exportDocument, importDocument, type ImportCounts, type ImportProgress } from "../../../database/index.ts";
import { requireRole } from "../access/principal.ts";
import { RestError } from "../problem/rest-error.ts";
import { single } from "../resource/list-query.ts";
import type { RestContext } from "../rest-context.ts";
import { LINES_TYPE, mediaTypeOf } from "../server/media-types.ts";
import type { RestAnswer, RestCall, RestRoute } from "../server/route.ts";
import { afterChange } from "./make-change.ts";

const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
const MAX_SUMMARY_LENGTH = 200;

const imported = z.object({
  sequence: z.int().describe("The change it made, else the last one before it."),
  created: z.int(),
  changed: z.int(),
  removed: z.int(),
  unchanged: z.int(),
  applied: z.boolean().describe("Call control works by it."),
});

/** The whole configuration as one document, out and in. */
export function configurationRoutes(context: RestContext): RestRoute[] {
  const inTurn = oneAtATime();
  return [
    {
      operationId: "export-configuration",
      method: "GET",
      path: "/configuration",
      tag: "configuration",
      summary: "The whole configuration; secrets for administrators only",
      access: "auditor",
      query: { secrets: "true: with hashes and encrypted passwords" },
      answers: { 200: { description: "The document", schema: { component: "configuration" } } },
      problems: ["bad-parameter"],
      handle: (call) => exportAll(context, call),
    },
    {
      operationId: "import-configuration",
      method: "POST",
      path: "/configuration",
      tag: "configuration",
      summary: "Makes the configuration as a document says, in one change",
      access: "administrator",
      query: {
        mode: "merge (default): what the document does not have stays; replace: it is deleted",
        dryRun: "true: everything is checked and nothing is done",
        summary: "What it is for, for people; at most 200 characters",
      },
      body: { schema: { component: "configuration" }, limitBytes: MAX_DOCUMENT_BYTES },
      answers: { 200: { description: "What was done, or would be", schema: imported } },
      streams: true,
      problems: [
        "bad-parameter",
        "bad-object",
        "already-exists",
        "missing-reference",
        "rule-violated",
        "in-use",
        "changed-meanwhile",
        "database-busy",
      ],
      handle: (call) => importAll(context, call, inTurn),
    },
  ];
}

function exportAll({ store, audit }: RestContext, { query, principal, source }: RestCall): RestAnswer {
  const secrets = isTrue("secrets", query["secrets"]);
  if (secrets) {
    requireRole(principal, "administrator");
    audit.record({ event: "secrets-exported", user: principal.name, source });
  }
  return { status: 200, body: exportDocument(store, { secrets }) };
}

type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Imports are large; and who asks for another one after one that was left finds the first at its end. */
function oneAtATime(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

async function importAll(context: RestContext, call: RestCall, inTurn: InTurn): Promise<RestAnswer> {
  const mode = single("mode", call.query["mode"]) ?? "merge";
  if (mode !== "merge" && mode !== "replace") throw new RestError("bad-parameter", "mode: expected merge or replace");
  const isDryRun = isTrue("dryRun", call.query["dryRun"]);
  const summary = single("summary", call.query["summary"]) ?? `import (${mode})`;
  if (summary.length > MAX_SUMMARY_LENGTH) {
    throw new RestError("bad-parameter", `summary: expected at most ${MAX_SUMMARY_LENGTH} characters`);
  }
  const work = (onProgress: (progress: Progress) => void): Promise<Imported> =>
    inTurn(() => importWith(context, call, { mode, isDryRun, summary, onProgress }));
  // Lines are for who asks for them alone.
  const accepted = (call.header("accept") ?? "").split(",").map(mediaTypeOf);
  if (accepted.includes(LINES_TYPE)) {
    return { status: 200, lines: progressLines(work) };
  }
  const { result, headers } = await work(() => undefined);
  return { status: 200, headers, body: result };
}

/** At last call control takes the change up. */
type Progress = ImportProgress | { readonly phase: "take up"; readonly done: number; readonly total: number };

interface Imported {
  readonly result: ImportCounts & { readonly sequence: number; readonly applied: boolean };
  readonly headers: Readonly<Record<string, string>>;
}

interface ImportWish {
  readonly mode: "merge" | "replace";
  readonly isDryRun: boolean;
  readonly summary: string;
  readonly onProgress: (progress: Progress) => void;
}

async function importWith(context: RestContext, call: RestCall, wish: ImportWish): Promise<Imported> {
  const { store, node } = context;
  const { record, ...result } = await importDocument(store, {
    document: call.body,
    author: call.principal.name,
    node,
    ...wish,
  });
  const total = record?.entries.length ?? 0;
  if (total > 0) wish.onProgress({ phase: "take up", done: 0, total });
  const { headers } = await afterChange(context, call, record, "imported");
  if (total > 0) wish.onProgress({ phase: "take up", done: total, total });
  return { result: { ...result, applied: headers["tandem-applied"] === "true" }, headers };
}

/** Before it the work can end without a trace; from then on it goes on to its end. */
function isBeforeChange({ phase, done }: Progress): boolean {
  return phase === "read" || phase === "check" || (phase === "apply" && done === 0);
}

/** Progress as it comes, and the result as the last line. Work that nobody waits for any more ends before the change is made. */
async function* progressLines(
  work: (onProgress: (progress: Progress) => void) => Promise<Imported>,
): AsyncGenerator<unknown> {
  const waiting: Progress[] = [];
  let isLeft = false;
  let wake: () => void = () => undefined;
  let end: Imported | undefined;
  let failure: { readonly error: unknown } | undefined;
  const done = work((progress) => {
    if (isLeft && isBeforeChange(progress)) throw new RestError("bad-request", "the connection ended");
    waiting.push(progress);
    wake();
  }).then(
    (imported) => (end = imported),
    (error: unknown) => (failure = { error }),
  );
  try {
    while (waiting.length > 0 || (end === undefined && failure === undefined)) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else await Promise.race([done, new Promise<void>((resolve) => (wake = resolve))]);
    }
  } finally {
    isLeft = true;
  }
  if (failure !== undefined) throw failure.error;
  yield end?.result;
}

function isTrue(key: string, value: Parameters<typeof single>[1]): boolean {
  const text = single(key, value) ?? "false";
  if (text !== "true" && text !== "false") throw new RestError("bad-parameter", `${key}: expected true or false`);
  return text === "true";
}
