import { silentLogger, RandomIds, type Ids } from "../../src/common/index.ts";
import type { CtiEvent } from "../../src/cti/call/cti-event.ts";
import { ControlCore } from "../../src/cti/control-core.ts";
import { CtiError } from "../../src/cti/cti-error.ts";
import type { Meta } from "../../src/cti/operation.ts";
import type { Connection } from "../../src/cti/session/connection.ts";
import type { CtiUser } from "../../src/cti/session/cti-user.ts";
import { SessionTable } from "../../src/cti/session/session-table.ts";
import type { Session } from "../../src/cti/session/session.ts";
import { ConfigurationMirror } from "../../src/database/index.ts";
import { FakeCallControl, type FakeDevice } from "./fake-call-control.ts";
import { keptConfiguration } from "./kept-configuration.ts";
import { ManualClock } from "./manual-clock.ts";
import { MortalClock, mortalLink } from "./mortal.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

/** A user of a fixture; by default it may do everything with all devices. */
export type FixtureUser = Partial<Omit<CtiUser, "name">> & { readonly name: string };

export interface ControlFixtureOptions {
  readonly devices: readonly FakeDevice[];
  readonly ids?: Ids;
}

export const HEARTBEAT_MS = 1_000;

/** Events, devices and operations of CTI over a fake call control, with real sessions and without a network. */
export class ControlFixture {
  readonly callControl: FakeCallControl;
  readonly clock = new ManualClock();
  readonly #folder = new TemporaryDirectory("tandem-cti");
  readonly #ids: Ids;
  readonly #users = new Map<string, CtiUser>();
  #mirror: ConfigurationMirror | undefined;
  #table: SessionTable | undefined;
  #core: ControlCore | undefined;
  #die: () => void = () => undefined;

  private constructor({ devices, ids = new RandomIds() }: ControlFixtureOptions) {
    this.callControl = new FakeCallControl(devices);
    this.#ids = ids;
  }

  static async start(options: ControlFixtureOptions): Promise<ControlFixture> {
    const fixture = new ControlFixture(options);
    fixture.#mirror = new ConfigurationMirror(await keptConfiguration());
    fixture.#begin();
    await settled();
    return fixture;
  }

  get table(): SessionTable {
    if (this.#table === undefined) throw new Error("the fixture is closed");
    return this.#table;
  }

  get core(): ControlCore {
    if (this.#core === undefined) throw new Error("the fixture is closed");
    return this.#core;
  }

  /** An application opens a session. */
  open(user: FixtureUser = { name: "operator" }, group?: string): Application {
    const acting = userOf(user);
    this.#users.set(user.name, acting);
    const named = group === undefined ? {} : { group };
    const session = this.table.open({
      user: acting,
      client: { name: "test" },
      ...named,
      heartbeatMs: HEARTBEAT_MS,
      leaseMs: 10 * HEARTBEAT_MS,
    });
    const application = new Application(this, session);
    application.attach(0);
    return application;
  }

  /** CTIManager dies without a word, and another process takes its place. */
  async kill(): Promise<void> {
    // What was to be written at the end of the turn is written: the process dies after that.
    this.table.flush();
    this.#die();
    this.callControl.die();
    this.#begin();
    await settled();
  }

  close(): void {
    this.#core?.close();
    this.#table?.release();
    this.#core = undefined;
    this.#table = undefined;
    this.#folder.close();
  }

  #begin(): void {
    if (this.#mirror === undefined) throw new Error("the fixture is closed");
    const clock = new MortalClock(this.clock);
    const link = mortalLink(this.callControl);
    this.#die = () => {
      clock.die();
      link.die();
    };
    this.#table = new SessionTable({
      folder: this.#folder.join("sessions"),
      clock,
      ids: this.#ids,
      logger: silentLogger,
      limits: {
        queue: { events: 10_000, bytes: 4_194_304 },
        logBytes: 16_777_216,
        maxSessions: 1_000,
        allLogBytes: 536_870_912,
      },
      userOf: ({ user }) => this.#users.get(user),
    });
    this.#core = new ControlCore({
      link,
      sessions: this.#table,
      mirror: this.#mirror,
      manager: "test/ctimanager",
      folder: this.#folder.path,
      clock,
      ids: this.#ids,
      logger: silentLogger,
    });
    this.#core.start();
  }
}

/** An application with a session; what it was sent, it has. */
export class Application {
  readonly events: (CtiEvent & { readonly seq: number })[] = [];
  readonly sessionId: string;
  readonly #fixture: ControlFixture;
  /** The connection was closed for this. */
  closed: string | undefined;
  epoch: string;

  constructor(fixture: ControlFixture, session: Session) {
    this.#fixture = fixture;
    this.sessionId = session.id;
    this.epoch = session.epoch;
  }

  get session(): Session {
    const session = this.#fixture.table.get(this.sessionId);
    if (session === undefined) throw new Error("the session is over");
    return session;
  }

  /** Number of the last event that it has had. */
  lastSeq = 0;

  /** Connects, or connects again, and takes what comes after `afterSeq`. */
  attach(afterSeq: number): void {
    const { session } = this;
    const { heartbeatMs, leaseMs } = session;
    this.closed = undefined;
    session.attach(this.#connection(), { afterSeq, user: session.user, heartbeatMs, leaseMs });
  }

  /** As `provider.open` with `resume` does; @returns true when what was missed follows */
  resume(): boolean {
    const { session } = this;
    const { table } = this.#fixture;
    const hadFailed = session.phase === "failed";
    const isResumed = session.canResume(this.epoch, this.lastSeq);
    if (!isResumed) {
      table.restart(session);
      this.events.length = 0;
      this.lastSeq = 0;
      this.epoch = session.epoch;
    }
    this.attach(isResumed ? this.lastSeq : 0);
    table.resumed(session, isResumed ? "resumed" : "resnapshot", hadFailed);
    return isResumed;
  }

  /** Calls a method; the result is there when the events up to its `seq` are. */
  async call<Result = Readonly<Record<string, unknown>>>(
    method: string,
    params: object,
    meta: Meta = {},
  ): Promise<Result> {
    const operation = this.#fixture.core.operations.get(method);
    if (operation === undefined) throw new Error(`there is no method ${method}`);
    try {
      return (await operation.handle(this.session, params, meta)) as Result;
    } finally {
      this.#fixture.table.flush();
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

  /** Types of the events since the last look, those of calls with what has changed. */
  take(): string[] {
    this.#fixture.table.flush();
    return this.events.splice(0).map(nameOf);
  }

  #connection(): Connection {
    return {
      address: "127.0.0.1",
      isSecure: false,
      unsentBytes: 0,
      send: (text) => {
        const { method, params } = JSON.parse(text) as { method?: string; params: CtiEvent & { seq: number } };
        if (method !== "event") return;
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

function userOf({ name, ...more }: FixtureUser): CtiUser {
  return {
    name,
    permissions: ["control-all-devices", "modify-calling-number"],
    maxOpenDevices: 100,
    maxConnections: 100,
    oneLinePerPort: false,
    mayUseDevice: () => true,
    mayDial: () => true,
    mayCall: () => true,
    ...more,
  };
}

/** What waits for nothing but its turn is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
