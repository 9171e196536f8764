import { z } from "zod";
import { SwitchError, type ChannelServer } from "../../common/index.ts";
import type { Session, SessionTable } from "../../cti/index.ts";
import type { CtiAuditFile } from "./cti-audit-file.ts";

const text = z.string().min(1).max(128);
const auditQuery = z.strictObject({
  user: text.optional(),
  session: text.optional(),
  method: text.optional(),
  callId: text.optional(),
  device: text.optional(),
  from: text.optional(),
  to: text.optional(),
  isFailed: z.boolean().optional(),
  limit: z.int().min(1).max(10_000).default(100),
});

/** A session as `tandem cti sessions` shows it. */
export interface SessionRow {
  readonly id: string;
  readonly user: string;
  readonly client: string;
  readonly version?: string;
  readonly instance?: string;
  readonly group?: string;
  /** Id of the token that it has signed in with. */
  readonly token?: string;
  readonly state: string;
  /** Where it is connected from. */
  readonly source?: string;
  readonly openedMs: number;
  readonly silentMs: number;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly epoch: string;
  readonly seq: number;
  readonly acked: number;
  /** Events that wait to be sent, and those held back that a later one may replace. */
  readonly queuedEvents: number;
  readonly queuedBytes: number;
  readonly heldEvents: number;
  readonly flow: string;
  readonly logBytes: number;
}

/** Answers questions of people about applications, over the control channel. */
export function handleCtiQuestions(channel: ChannelServer, table: SessionTable, audit: CtiAuditFile): void {
  channel.handle("cti-sessions", () => [...table.all()].map(rowOf));
  channel.handle("cti-close-session", (params) => {
    const { id } = (params ?? {}) as { id?: unknown };
    const session = typeof id === "string" ? table.get(id) : undefined;
    if (session === undefined) throw new SwitchError("unknown-session", "there is no such session");
    table.close(session, "administrator");
    return rowOf(session);
  });
  channel.handle("cti-audit", async (params) => {
    const query = auditQuery.safeParse(params ?? {});
    if (!query.success) throw new SwitchError("bad-params", query.error.issues[0]?.message ?? "is no query");
    const { limit, ...rest } = query.data;
    return audit.read({ limit, ...(withoutUndefined(rest) as object) });
  });
}

function rowOf(session: Session): SessionRow {
  const { client, user, connection, load } = session;
  const { id, phase, openedMs, silentMs, heartbeatMs, leaseMs, epoch, seq, acked, group } = session;
  return withoutUndefined({
    id,
    user: user.name,
    client: client.name,
    version: client.version,
    instance: client.instance,
    group,
    token: user.token,
    state: phase,
    source: connection?.address,
    openedMs,
    silentMs: Math.round(silentMs),
    heartbeatMs,
    leaseMs,
    epoch,
    seq,
    acked,
    queuedEvents: load.queued.events,
    queuedBytes: load.queued.bytes,
    heldEvents: load.held,
    flow: load.level,
    logBytes: load.logBytes,
  }) as SessionRow;
}

function withoutUndefined(value: object): unknown {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
}
