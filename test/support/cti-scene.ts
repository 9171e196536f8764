import assert from "node:assert/strict";
import type { Call, Provider, TerminalConnection } from "../../src/sdk/index.ts";
import { Cleanup } from "./cleanup.ts";
import type { VirtualDevice } from "./cti-objects.ts";
import { answers, CtiStage } from "./cti-stage.ts";
import { establish, type Talk, type TalkingPhone } from "./talking-phone.ts";
import { TalkingPort, type PortTalk } from "./talking-port.ts";
import { CALL_GAUGES, type TandemNodeOptions } from "./tandem-node.ts";
import { ToldEvents } from "./told-events.ts";

/** The device of the first phone. */
export const ALICE = "phone-1001";

const IDLE_WITHIN_MS = 5_000;

export interface CtiSceneOptions {
  readonly devices?: readonly VirtualDevice[];
  readonly node?: TandemNodeOptions;
  /** What else is done once, before phones register. */
  readonly prepare?: (stage: CtiStage) => Promise<void>;
  /** The tone of the CTI port `port`, which each test has open; absent: none has. */
  readonly portHz?: number;
}

/** A call of a phone with the port. */
export interface PortCall {
  readonly near: Talk;
  readonly leg: TerminalConnection;
  readonly talk: PortTalk;
}

/** A call of two phones, as both of them and an application have it. */
export interface PhoneCall {
  readonly near: Talk;
  readonly far: Talk;
  readonly call: Call;
  readonly leg: TerminalConnection;
}

/**
 * A node with the phones 1001 to 1004 for the tests of a `describe`, whose hooks it registers. Each test has an
 * application that watches everything; after each, no call is left.
 */
export class CtiScene {
  /** What a test has opened. */
  readonly perTest = new Cleanup();
  readonly #cleanup = new Cleanup();
  #stage: CtiStage | undefined;
  #phones: readonly [TalkingPhone, TalkingPhone, TalkingPhone, TalkingPhone] | undefined;
  #cti: Provider | undefined;
  #told: ToldEvents | undefined;
  #port: TalkingPort | undefined;

  constructor({ devices = [], node, prepare, portHz }: CtiSceneOptions = {}) {
    before(async () => {
      const stage = await CtiStage.start(this.#cleanup, devices, node);
      await prepare?.(stage);
      const phone = (number: string): Promise<TalkingPhone> => stage.phone(this.#cleanup, number);
      this.#phones = [await phone("1001"), await phone("1002"), await phone("1003"), await phone("1004")];
      this.#stage = stage;
    });
    after(() => this.#cleanup.run());
    beforeEach(async () => {
      this.#cti = await this.stage.application(this.perTest, { watch: "all" });
      this.#told = new ToldEvents(this.#cti);
      if (portHz !== undefined) this.#port = await this.openPort("port", portHz);
    });
    afterEach(async () => {
      await this.perTest.run();
      await this.stage.node.zero(CALL_GAUGES, IDLE_WITHIN_MS);
    });
  }

  get stage(): CtiStage {
    return this.#stage ?? assert.fail("it is not started");
  }

  get phones(): readonly [alice: TalkingPhone, bob: TalkingPhone, carol: TalkingPhone, dave: TalkingPhone] {
    return this.#phones ?? assert.fail("it is not started");
  }

  /** The application of this test. */
  get cti(): Provider {
    return this.#cti ?? assert.fail("no test has begun");
  }

  /** What that is told. */
  get told(): ToldEvents {
    return this.#told ?? assert.fail("no test has begun");
  }

  get port(): TalkingPort {
    return this.#port ?? assert.fail("no port is open");
  }

  /** The application opens a port, for this test. */
  async openPort(device: string, toneHz: number): Promise<TalkingPort> {
    return this.perTest.add(await TalkingPort.open(this.cti, device, toneHz), (one) => one.close());
  }

  /** A phone calls the port, which answers. @param number of the port */
  async portCall(number: string, from: TalkingPhone = this.phones[0]): Promise<PortCall> {
    const near = await from.dial(number);
    const [leg, talk] = await this.port.answers();
    await establish(near);
    return { near, leg, talk };
  }

  /** The first phone is told to call the second one, and both answer. */
  async phoneCall(): Promise<PhoneCall> {
    const connecting = this.cti.terminal(ALICE).connect("1002");
    const near = await answers(this.phones[0]);
    const far = await answers(this.phones[1]);
    const call = await connecting;
    return { near, far, call, leg: call.terminalConnection(ALICE) ?? assert.fail() };
  }
}

/** Ends a call: nothing is left of it, and who has talked in it is told. */
export async function over(call: Call, ...talks: readonly { ended(): Promise<unknown> }[]): Promise<void> {
  await call.drop();
  assert.deepEqual([call.isEnded, call.connections], [true, []]);
  for (const talk of talks) await talk.ended();
}

export function numbersOf(call: Call): string[] {
  return call.connections.map(({ party }) => party.number).sort();
}
