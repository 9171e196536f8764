import type { SessionTimes } from "./session-times.ts";

/** What stays of a session from process to process beside its events. */
export interface SessionIdentity extends SessionTimes {
  readonly id: string;
  /** Another one when events were lost. */
  readonly epoch: string;
  readonly user: string;
  /** Id of the token that it has signed in with. */
  readonly token?: string;
  readonly client: ClientName;
  readonly group?: string;
  /** When it was opened; milliseconds since 1970. */
  readonly openedMs: number;
  /** When the application has lost its connection, if it has none and has said `standbyAfterMs`; milliseconds since 1970. */
  readonly lostMs?: number;
}

/** What an application calls itself. */
export interface ClientName {
  readonly name: string;
  readonly version?: string;
  readonly instance?: string;
}

/** A line of a session's file. */
export type SessionRecord =
  /** Begins the file, and what follows is all there is. `seq` and `position`: of the last event before those that follow. */
  | {
      readonly type: "session";
      readonly identity: SessionIdentity;
      readonly seq: number;
      readonly position: number;
    }
  | { readonly type: "identity"; readonly identity: SessionIdentity }
  /** Events that belong together, numbered from `seq` on. */
  | { readonly type: "events"; readonly seq: number; readonly position?: number; readonly bodies: readonly string[] }
  | { readonly type: "acked"; readonly seq: number }
  | { readonly type: "fact"; readonly key: string; readonly value: unknown }
  | { readonly type: "fact-removed"; readonly key: string }
  | { readonly type: "failed"; readonly failed: boolean };

/** A record as a line of text, with its line break. */
export function lineOf(record: SessionRecord): string {
  switch (record.type) {
    case "session": {
      const { identity, seq, position } = record;
      return `${JSON.stringify({ session: identity, s: seq, p: position })}\n`;
    }
    case "identity":
      return `${JSON.stringify({ session: record.identity })}\n`;
    case "events": {
      const { seq, position, bodies } = record;
      const place = position === undefined ? "" : `"p":${position},`;
      return `{"s":${seq},${place}"e":[${bodies.join(",")}]}\n`;
    }
    case "acked":
      return `{"a":${record.seq}}\n`;
    case "fact":
      return `${JSON.stringify({ f: record.key, v: record.value })}\n`;
    case "fact-removed":
      return `${JSON.stringify({ f: record.key })}\n`;
    case "failed":
      return `{"x":${record.failed}}\n`;
  }
}

/** Reads a line; undefined when it is none, such as one that was cut short. */
export function recordIn(line: string): SessionRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { session, s, a, p, e, f, v, x } = value as Readonly<Record<string, unknown>>;
  if (session !== undefined) {
    if (!isIdentity(session)) return undefined;
    if (s === undefined) return { type: "identity", identity: session };
    return isCount(s) && isCount(p) ? { type: "session", identity: session, seq: s, position: p } : undefined;
  }
  if (Array.isArray(e)) {
    if (!isCount(s) || (p !== undefined && !isCount(p))) return undefined;
    const bodies = e.map((event: unknown) => JSON.stringify(event));
    return { type: "events", seq: s, ...(p === undefined ? {} : { position: p }), bodies };
  }
  if (typeof f === "string") {
    return v === undefined ? { type: "fact-removed", key: f } : { type: "fact", key: f, value: v };
  }
  if (isCount(a)) return { type: "acked", seq: a };
  return typeof x === "boolean" ? { type: "failed", failed: x } : undefined;
}

function isIdentity(value: unknown): value is SessionIdentity {
  const identity = (value ?? {}) as Partial<SessionIdentity>;
  const { id, epoch, user, heartbeatMs, leaseMs, standbyAfterMs = 0, openedMs, lostMs = 0, client } = identity;
  const texts: readonly unknown[] = [id, epoch, user, client?.name];
  const counts: readonly unknown[] = [heartbeatMs, leaseMs, standbyAfterMs, openedMs, lostMs];
  return texts.every((text) => typeof text === "string") && counts.every(isCount);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
