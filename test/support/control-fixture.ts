import { join } from "node:path";
import { silentLogger, RandomIds, type Ids } from "../../src/common/index.ts";
import { ControlCore } from "../../src/cti/control-core.ts";
import type { CtiUser } from "../../src/cti/session/cti-user.ts";
import { readSessionFile } from "../../src/cti/session/session-file.ts";
import type { SessionRecord } from "../../src/cti/session/session-record.ts";
import { SessionTable } from "../../src/cti/session/session-table.ts";
import { ConfigurationMirror } from "../../src/database/index.ts";
import { FakeCallControl, type FakeDevice } from "./fake-call-control.ts";
import { keptConfiguration } from "./kept-configuration.ts";
import { ManualClock } from "./manual-clock.ts";
import { MortalClock, mortalLink } from "./mortal.ts";
import { Application, testUser, type TestUser } from "./test-application.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

export interface ControlFixtureOptions {
  readonly devices: readonly FakeDevice[];
  readonly ids?: Ids;
  /** False: no application has come yet. Default true. */
  readonly observesCalls?: boolean;
  /** Default: as in a node. */
  readonly maxAnswerCharacters?: number;
}

export const HEARTBEAT_MS = 1_000;

/** Events, devices and operations of CTI over a fake call control, with real sessions and without a network. */
export class ControlFixture {
  readonly callControl: FakeCallControl;
  readonly clock = new ManualClock();
  readonly #folder = new TemporaryDirectory("tandem-cti");
  readonly #ids: Ids;
  readonly #observesCalls: boolean;
  readonly #limits: Pick<ControlFixtureOptions, "maxAnswerCharacters">;
  readonly #users = new Map<string, CtiUser>();
  #mirror: ConfigurationMirror | undefined;
  #table: SessionTable | undefined;
  #core: ControlCore | undefined;
  #die: () => void = () => undefined;

  private constructor({ devices, ids = new RandomIds(), observesCalls = true, ...limits }: ControlFixtureOptions) {
    this.#limits = limits;
    this.#observesCalls = observesCalls;
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

  /** What is written of a session. */
  recordsOf({ sessionId }: Application): SessionRecord[] {
    this.table.flush();
    return readSessionFile(join(this.#folder.join("sessions"), `${sessionId}.session`));
  }

  /** An application opens a session. */
  open(user: TestUser = { name: "operator" }, group?: string, standbyAfterMs?: number): Application {
    const acting = testUser(user);
    this.#users.set(user.name, acting);
    const named = group === undefined ? {} : { group };
    const standby = standbyAfterMs === undefined ? {} : { standbyAfterMs };
    const times = { heartbeatMs: HEARTBEAT_MS, leaseMs: 10 * HEARTBEAT_MS, ...standby };
    const session = this.table.open({ user: acting, client: { name: "test" }, ...named, ...times });
    const application = new Application(this, session, times);
    application.attach(0);
    return application;
  }

  /** What a user may from the next start of CTIManager on. */
  change(user: TestUser): void {
    this.#users.set(user.name, testUser(user));
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
      ...this.#limits,
      link,
      sessions: this.#table,
      mirror: this.#mirror,
      manager: "test/ctimanager",
      folder: this.#folder.path,
      clock,
      ids: this.#ids,
      logger: silentLogger,
    });
    if (this.#observesCalls) void this.#core.observeCalls();
    this.#core.start();
  }
}

/** What waits for nothing but its turn is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
