import type { Clock } from "../../common/index.ts";
import type { Meta } from "../operation.ts";
import type { Session } from "./session.ts";
import { TokenBucket } from "./token-bucket.ts";

/** One line of the audit of commands. */
export interface CommandEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `command`, or what became of a session: `opened`, `resumed`, `absent`, `failed`, `closed`, `refused`. */
  readonly event: "command" | "opened" | "resumed" | "absent" | "failed" | "closed" | "refused";
  readonly user?: string;
  readonly session?: string;
  readonly client?: string;
  readonly token?: string;
  /** Where the application is, an IP address. */
  readonly source?: string;
  readonly method?: string;
  /** What the command is about: device, line, call, number and such. */
  readonly target?: Readonly<Record<string, string>>;
  readonly key?: string;
  /** Trace context (W3C) that the application has sent. */
  readonly traceparent?: string;
  /** `ok`, or the code of the error; of a session, why. */
  readonly result?: string;
  readonly tookMs?: number;
  /** Refusals since the last one that were too many to be taken down. */
  readonly leftOut?: number;
}

/** Where entries go. */
export interface CommandLog {
  append(entry: CommandEntry): void;
}

/** Parameters that tell what a command is about; none of them is a secret. */
const TARGETS = [
  "device",
  "line",
  "callId",
  "to",
  "slot",
  "kind",
  "routeId",
  "connectionId",
  "party",
  "group",
  "number",
];
const MAX_TEXT = 128;
/** Who cannot even sign in must not fill the files until nothing else is left in them. */
const REFUSED_PER_SECOND = 1;
const REFUSED_AT_ONCE = 100;

/** Takes down who commands what. */
export class CommandAudit {
  readonly #log: CommandLog;
  readonly #clock: Clock;
  readonly #refusals: TokenBucket;
  #leftOut = 0;

  constructor(log: CommandLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
    this.#refusals = new TokenBucket(REFUSED_PER_SECOND, REFUSED_AT_ONCE, clock.nowMs());
  }

  /** A command has begun; its result is told to what is returned. */
  begin(
    session: Session,
    method: string,
    params: Readonly<Record<string, unknown>>,
    { key, traceparent }: Meta,
  ): (result: string) => void {
    const beganMs = this.#clock.nowMs();
    return (result) => {
      this.#append(session, {
        event: "command",
        method,
        target: targetOf(params),
        ...(key === undefined ? {} : { key }),
        ...(traceparent === undefined ? {} : { traceparent }),
        result,
        tookMs: Math.round(this.#clock.nowMs() - beganMs),
      });
    };
  }

  /** Something became of a session. */
  session(session: Session, event: CommandEntry["event"], result?: string): void {
    this.#append(session, { event, ...(result === undefined ? {} : { result }) });
  }

  /** A sign-in was refused. */
  refused(source: string, user: string | undefined, result: string): void {
    if (this.#refusals.take(this.#clock.nowMs()) > 0) {
      this.#leftOut += 1;
      return;
    }
    const leftOut = this.#leftOut;
    this.#leftOut = 0;
    this.#log.append({
      at: this.#now(),
      event: "refused",
      source,
      ...(user === undefined ? {} : { user: user.slice(0, MAX_TEXT) }),
      result,
      ...(leftOut === 0 ? {} : { leftOut }),
    });
  }

  #append(session: Session, rest: Omit<CommandEntry, "at">): void {
    const { user, client, connection } = session;
    this.#log.append({
      at: this.#now(),
      user: user.name,
      session: session.id,
      client: client.name,
      ...(user.token === undefined ? {} : { token: user.token }),
      ...(connection === undefined ? {} : { source: connection.address }),
      ...rest,
    });
  }

  #now(): string {
    return new Date(this.#clock.wallMs()).toISOString();
  }
}

function targetOf(params: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    TARGETS.flatMap((name) => {
      const value = params[name];
      return typeof value === "string" ? [[name, value.slice(0, MAX_TEXT)]] : [];
    }),
  );
}
