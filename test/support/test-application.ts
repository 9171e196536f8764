import type { CtiEvent } from "../../src/cti/call/cti-event.ts";
import type { ControlCore } from "../../src/cti/control-core.ts";
import { CtiError } from "../../src/cti/cti-error.ts";
import type { Meta } from "../../src/cti/operation.ts";
import type { Connection } from "../../src/cti/session/connection.ts";
import type { CtiUser } from "../../src/cti/session/cti-user.ts";
import type { SessionTimes } from "../../src/cti/session/session-times.ts";
import type { SessionTable } from "../../src/cti/session/session-table.ts";
import type { Session } from "../../src/cti/session/session.ts";
import { eventually } from "./eventually.ts";
import { WireCheck } from "./wire-check.ts";

/** Made when the first application is sent something. */
let wire: WireCheck | undefined;

/** What does not fit the schemas of the protocol fails the test that it is sent in. */
function checked(check: (wire: WireCheck) => void): void {
  check((wire ??= new WireCheck()));
}

/** Where sessions and operations are. */
export interface ControlHost {
  readonly table: SessionTable;
  readonly core: ControlCore;
}

/** A user of a test; by default it may do everything with all devices. */
export type TestUser = Partial<Omit<CtiUser, "name">> & { readonly name: string };

/** An application with a session; what it was sent, it has. */
export class Application {
  readonly events: (CtiEvent & { readonly seq: number })[] = [];
  readonly sessionId: string;
  readonly #host: ControlHost;
  #fault: Error | undefined;
  /** The connection was closed for this. */
  closed: string | undefined;
  epoch: string;
  readonly #times: SessionTimes;
  #current: Connection | undefined;

  constructor(host: ControlHost, session: Session, times: SessionTimes) {
    this.#host = host;
    this.#times = times;
    this.sessionId = session.id;
    this.epoch = session.epoch;
  }

  get session(): Session {
    const session = this.#host.table.get(this.sessionId);
    if (session === undefined) throw new Error("the session is over");
    return session;
  }

  /** Number of the last event that it has had. */
  lastSeq = 0;

  /** Connects, or connects again, and takes what comes after `afterSeq`. */
  attach(afterSeq: number, user = this.session.user): void {
    this.closed = undefined;
    this.#current = this.#connection();
    this.session.attach(this.#current, { afterSeq, user, ...this.#times });
  }

  /** Its connection is closed, as that of a process that was killed is; `isOurs`: by CTIManager. */
  lose(isOurs = false): void {
    if (this.#current !== undefined) this.session.detach(this.#current, isOurs);
  }

  /**
   * As `provider.open` with `resume` does.
   * @param as with another token, perhaps
   * @returns true when what was missed follows
   */
  resume(as?: TestUser): boolean {
    const { session } = this;
    const { table } = this.#host;
    const hadFailed = session.phase === "failed";
    const isResumed = session.canResume(this.epoch, this.lastSeq);
    if (!isResumed) {
      table.restart(session);
      this.events.length = 0;
      this.lastSeq = 0;
      this.epoch = session.epoch;
    }
    this.attach(isResumed ? this.lastSeq : 0, as && testUser(as));
    table.resumed(session, isResumed ? "resumed" : "resnapshot", hadFailed);
    return isResumed;
  }

  /** Calls a method; the result is there when the events up to its `seq` are. */
  async call<Result = Readonly<Record<string, unknown>>>(
    method: string,
    params: object,
    meta: Meta = {},
  ): Promise<Result> {
    if (this.#fault !== undefined) throw this.#fault;
    const operation = this.#host.core.operations.get(method);
    if (operation === undefined) throw new Error(`there is no method ${method}`);
    try {
      const result = await operation.handle(this.session, params, meta);
      checked((check) => check.result(method, result));
      return result as Result;
    } finally {
      this.#host.table.flush();
    }
  }

  /** The code that a method is refused with. */
  async refusal(method: string, params: object, meta: Meta = {}): Promise<string> {
    return (await this.error(method, params, meta)).code;
  }

  async error(method: string, params: object, meta: Meta = {}): Promise<CtiError> {
    const result = await this.call(method, params, meta).catch((error: unknown) => error);
    if (result instanceof CtiError) return result;
    throw new Error(`${method} was not refused: ${JSON.stringify(result)}`);
  }

  /** The event of a type that is as it is to be, the `count`th of them, once it has come. */
  async until<Type extends CtiEvent["type"]>(
    type: Type,
    matches: (event: Extract<CtiEvent, { readonly type: Type }>) => boolean = () => true,
    count = 1,
  ): Promise<Extract<CtiEvent, { readonly type: Type }>> {
    const isOfType = (event: CtiEvent): event is Extract<CtiEvent, { readonly type: Type }> => event.type === type;
    return eventually(
      () => {
        if (this.#fault !== undefined) throw this.#fault;
        const all: CtiEvent[] = this.events;
        const event = all.filter(isOfType).filter(matches)[count - 1];
        if (event === undefined) throw new Error(`no ${type} came: ${all.map(nameOf).join(", ")}`);
        return event;
      },
      { timeoutMs: 3_000, intervalMs: 5 },
    );
  }

  /** Types of the events since the last look, those of calls with what has changed. */
  take(): string[] {
    if (this.#fault !== undefined) throw this.#fault;
    this.#host.table.flush();
    return this.events.splice(0).map(nameOf);
  }

  #check(event: unknown): void {
    try {
      checked((check) => check.event(event));
    } catch (fault) {
      this.#fault ??= fault as Error;
    }
  }

  #connection(): Connection {
    return {
      address: "127.0.0.1",
      isSecure: false,
      unreadBytes: 0,
      send: (text) => {
        const { method, params } = JSON.parse(text) as { method?: string; params: CtiEvent & { seq: number } };
        if (method !== "event") return;
        this.#check(params);
        this.events.push(params);
        this.lastSeq = params.seq;
      },
      batch: (run) => run(),
      whenDrained: (run) => setImmediate(run),
      close: (_code, reason) => {
        this.closed = reason;
      },
    };
  }
}

function nameOf(event: CtiEvent): string {
  const { type } = event;
  if (type === "call.state" || type === "provider.state") return `${type} ${event.state}`;
  if (type === "call.connection") return `${type} ${event.connectionId} ${event.state}`;
  if (type === "call.terminal") return `${type} ${event.device} ${event.state}`;
  if (type === "device.state") return `${type} ${event.device.name} ${event.device.isInService ? "in" : "out"}`;
  if (type !== "session.notice") return type;
  return `${type} ${event.notice} ${"device" in event ? event.device : event.topic}`;
}

/** A user as sessions have it. */
export function testUser({ name, ...more }: TestUser): CtiUser {
  return {
    name,
    permissions: ["control-all-devices", "modify-calling-number", "auto-answer"],
    maxOpenDevices: 100,
    maxConnections: 100,
    oneLinePerPort: false,
    mayUseDevice: () => true,
    mayDial: () => true,
    mayCall: () => true,
    ...more,
  };
}
