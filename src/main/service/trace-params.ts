import { SwitchError } from "../../common/index.ts";
import type { TraceQuery, TraceRemote } from "../../sip/index.ts";

/** Entries of one list of a query. */
const MAX_ENTRIES = 10_000;

/**
 * Reads the parameters of `trace`.
 * @throws {SwitchError} `bad-params`
 */
export function traceQueryOf(params: unknown): TraceQuery {
  const { after, sipCallIds, remotes, registering } = (params ?? {}) as Readonly<Record<string, unknown>>;
  const start = after ?? 0;
  if (typeof start !== "number" || !Number.isInteger(start) || start < 0) {
    throw new SwitchError("bad-params", "after must be a whole number");
  }
  return {
    after: start,
    ...(sipCallIds === undefined ? {} : { sipCallIds: listOf(sipCallIds, "sipCallIds", isText) }),
    ...(remotes === undefined ? {} : { remotes: listOf(remotes, "remotes", isRemote) }),
    ...(registering === undefined ? {} : { registering: listOf(registering, "registering", isText) }),
  };
}

function listOf<Entry>(value: unknown, name: string, isEntry: (entry: unknown) => entry is Entry): readonly Entry[] {
  if (Array.isArray(value) && value.length <= MAX_ENTRIES && value.every(isEntry)) return value;
  throw new SwitchError("bad-params", `${name} is no list of at most ${MAX_ENTRIES} such entries`);
}

function isText(entry: unknown): entry is string {
  return typeof entry === "string";
}

function isRemote(entry: unknown): entry is TraceRemote {
  if (typeof entry !== "object" || entry === null) return false;
  const { address, port } = entry as Readonly<Record<string, unknown>>;
  return typeof address === "string" && (port === undefined || typeof port === "number");
}
