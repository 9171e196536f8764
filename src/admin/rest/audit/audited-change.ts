import { isDeepStrictEqual } from "node:util";
import type { ChangeEntry, ChangeRecord } from "../../../database/index.ts";
import type { AuditedObject, AuditEvent } from "./audit-trail.ts";

const MAX_OBJECTS = 100;

/** What is recorded of a change: objects and names of fields. */
export function auditedChange(record: ChangeRecord): Pick<AuditEvent, "sequence" | "objects" | "total"> {
  const { sequence, entries } = record;
  return { sequence, objects: entries.slice(0, MAX_OBJECTS).map(auditedObject), total: entries.length };
}

function auditedObject({ kind, name, before, after }: ChangeEntry): AuditedObject {
  if (before === undefined) return { operation: "created", kind, id: name };
  if (after === undefined) return { operation: "removed", kind, id: name };
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  const fields = [...keys].filter((key) => !isDeepStrictEqual(was[key], is[key]));
  return { operation: "changed", kind, id: name, fields };
}
