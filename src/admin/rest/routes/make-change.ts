import { errorCodeOf } from "../../../common/index.ts";
import type { ChangeRecord, Operation } from "../../../database/index.ts";
import { auditedChange } from "../audit/audited-change.ts";
import type { AuditEvent } from "../audit/audit-trail.ts";
import type { RestContext } from "../rest-context.ts";
import type { RestCall } from "../server/route.ts";

/** How long call control has to apply a change before the answer goes without it, and more for each object of it. */
const APPLY_MS = 2_000;
const APPLY_OBJECT_MS = 1;

/** A change that was made, and whether call control works by it. */
export interface MadeChange {
  /** Absent: nothing was different. */
  readonly record: ChangeRecord | undefined;
  readonly headers: {
    readonly "tandem-applied": "true" | "false";
    /** There when the node's file has a say in an object of the change. */
    readonly "tandem-declared"?: "tandem.yaml";
  };
}

/**
 * Makes a change of whoever calls.
 * @throws {DatabaseError}
 */
export async function makeChange(
  context: RestContext,
  call: RestCall,
  summary: string,
  operations: readonly Operation[],
  event: AuditEvent["event"] = "changed",
): Promise<MadeChange> {
  const record = await context.store.apply({ author: call.principal.name, summary, operations });
  return afterChange(context, call, record, event);
}

/** Records a change and has it applied. */
export async function afterChange(
  context: RestContext,
  { principal, source }: RestCall,
  record: ChangeRecord | undefined,
  event: AuditEvent["event"],
): Promise<MadeChange> {
  if (record === undefined) return { record, headers: { "tandem-applied": "true" } };
  context.audit.record({ event, user: principal.name, source, ...auditedChange(record) });
  context.onChanged();
  tellCtiManager(context, record);
  const isDeclared = record.entries.some(({ kind, name }) => context.isDeclared(kind, name));
  const declared = isDeclared ? ({ "tandem-declared": "tandem.yaml" } as const) : {};
  return { record, headers: { "tandem-applied": await isApplied(context, record), ...declared } };
}

/** CTIManager looks by itself as well, so that it need not be waited for. */
function tellCtiManager({ caller, logger }: RestContext, { sequence }: ChangeRecord): void {
  caller.call("ctimanager", "configuration-changed", { sequence }).catch((error: unknown) => {
    logger.debug("CTIManager was not told of a change", { sequence, code: errorCodeOf(error) });
  });
}

async function isApplied(
  { caller, logger }: RestContext,
  { sequence, entries }: ChangeRecord,
): Promise<"true" | "false"> {
  try {
    const withinMs = APPLY_MS + APPLY_OBJECT_MS * entries.length;
    const answer = await caller.call("callmanager", "configuration-changed", { sequence }, withinMs);
    return Number((answer as { sequence?: unknown } | null)?.sequence) >= sequence ? "true" : "false";
  } catch (error) {
    logger.warn("call control has not applied a change yet", { sequence, code: errorCodeOf(error) });
    return "false";
  }
}
