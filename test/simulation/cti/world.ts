import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Ids } from "../../../src/common/index.ts";
import { FakeRelay } from "../../support/fake-relay.ts";
import { Chance } from "../chance.ts";
import { Agent, type OwnDevice } from "./agent.ts";
import { Application, type Topic } from "./application.ts";
import { CallControlLife } from "./call-control-life.ts";
import { Complaints } from "./complaints.ts";
import { CtiManagerLife } from "./cti-manager-life.ts";
import { Disk, quickFolder } from "./disk.ts";
import { KeyLedger } from "./key-ledger.ts";
import type { PhoneCall } from "./phone-call.ts";
import { SeededIds } from "./seeded-ids.ts";
import { settled, turns } from "./settled.ts";
import { NUMBERS, PHONES, type Site } from "./site.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { VirtualEdge } from "./virtual-edge.ts";

interface Role {
  readonly user: string;
  readonly group?: string;
  readonly topics: readonly Topic[];
  readonly devices: readonly OwnDevice[];
}

const STATIC = { mode: "static", address: "192.0.2.77", port: 40_002, codecs: ["PCMA"] };
const DYNAMIC = { mode: "dynamic", codecs: ["PCMA", "PCMU"] };
const OWNED: readonly OwnDevice[] = [
  { device: "port-2", line: "2002@internal", media: DYNAMIC },
  { device: "route-1", line: "9001@internal", routes: true },
];
/** The first watches everything; the second and third stand in for each other. */
const ROLES: readonly Role[] = [
  {
    user: "first",
    topics: [{ kind: "all" }],
    devices: [
      { device: "port-1", line: "2001@internal", media: STATIC },
      { device: "route-2", line: "9002@internal" },
    ],
  },
  { user: "second", group: "desk", topics: [{ kind: "all" }], devices: OWNED },
  {
    user: "second",
    group: "desk",
    topics: ["phone-1002", ...OWNED.map(({ device }) => device)].map((name) => ({ kind: "device", name })),
    devices: OWNED,
  },
  { user: "third", topics: [{ kind: "line", name: "1010@internal" }], devices: [] },
];
/** A phone rings for so long before its user does anything. */
const RING_MS = 4_000;
const MAX_EVENTS = 400_000;
const START_MS = 5_000;

/** A node and all around it, in one process and without time. */
export class World {
  readonly clock = new VirtualClock();
  readonly chance: Chance;
  readonly complaints = new Complaints();
  readonly ledger = new KeyLedger();
  readonly relay = new FakeRelay();
  readonly edge: VirtualEdge;
  readonly applications: Application[] = [];
  readonly agents: Agent[] = [];
  readonly site: Site;
  callControl: CallControlLife | undefined;
  ctiManager: CtiManagerLife | undefined;
  /** Users of phones do nothing by themselves. */
  areUsersStill = false;
  /** Events of the clock so far. */
  events = 0;
  readonly #ids: Ids;
  readonly #folder = quickFolder();
  readonly #callDisk = new Disk(join(this.#folder, "call"));
  readonly #ctiDisk = new Disk(join(this.#folder, "cti"));
  readonly #delayMs: () => number;

  private constructor(site: Site, seed: number) {
    this.site = site;
    this.chance = new Chance(seed);
    this.#ids = new SeededIds(seed + 1);
    this.#delayMs = () => (this.chance.happens(0.05) ? this.chance.below(60) : 1 + this.chance.below(6));
    this.edge = new VirtualEdge(this.clock, PHONES, {
      onRinging: (call, isToAnswer) => this.#ringing(call, isToAnswer),
      onUp: () => undefined,
    });
  }

  /** Everything runs, phones have registered, and applications have opened their devices. */
  static async start(site: Site, seed: number): Promise<World> {
    const world = new World(site, seed);
    world.startCallControl();
    world.startCtiManager();
    await world.pass(1_000);
    for (const phone of PHONES) {
      world.edge.register(phone, (status) => {
        if (status !== 200) throw new Error(`${phone.name} is not registered: ${status}`);
      });
    }
    for (const role of ROLES) world.#employ(role);
    const ready = Promise.all(
      world.agents.map(async (agent, index) => {
        const application = world.applications[index] as Application;
        await application.subscribe();
        await agent.open(application);
      }),
    );
    let isReady = false;
    void ready.then(() => (isReady = true));
    await world.pass(START_MS);
    if (!isReady) throw new Error("the applications are not ready");
    return world;
  }

  application(topics: readonly Topic[], user = "first"): Application {
    return new Application({ ...this.#applicationOptions(user), topics });
  }

  startCallControl(): void {
    const { site, clock, complaints, edge, relay, ledger } = this;
    const world = { site, clock, ids: this.#ids, complaints, edge, relay, delayMs: this.#delayMs };
    const onEffect = (key: string, type: string): ((isDone: boolean) => void) => ledger.begin(key, type);
    this.callControl = new CallControlLife({ ...world, onEffect }, this.#callDisk.folder);
    this.callControl.start();
  }

  startCtiManager(): void {
    const { site, clock, complaints } = this;
    const server = () => this.callControl?.channel;
    const world = { site, clock, ids: this.#ids, complaints, delayMs: this.#delayMs, server };
    this.ctiManager = new CtiManagerLife(world, this.#ctiDisk.folder);
    this.ctiManager.start();
  }

  /** @param forMs until another takes its place */
  async killCallControl(forMs: number): Promise<void> {
    const life = this.callControl;
    if (life === undefined) return;
    this.callControl = undefined;
    life.die();
    this.ctiManager?.link.cut();
    this.clock.after(forMs, () => this.startCallControl());
    const forget = this.#callDisk.crash();
    life.bury();
    await settled();
    forget();
  }

  async killCtiManager(forMs: number): Promise<void> {
    const life = this.ctiManager;
    if (life === undefined) return;
    this.ctiManager = undefined;
    life.die();
    for (const application of this.applications) application.cut();
    this.clock.after(forMs, () => this.startCtiManager());
    const forget = this.#ctiDisk.crash();
    life.bury();
    await settled();
    forget();
  }

  /** What comes until then happens. */
  async pass(forMs: number): Promise<void> {
    const untilMs = this.clock.nowMs() + forMs;
    this.clock.after(forMs, () => undefined);
    while (this.clock.nowMs() < untilMs) await this.next();
  }

  /** The next thing happens, whatever it is. */
  async next(): Promise<void> {
    this.events += 1;
    if (this.events > MAX_EVENTS) throw new Error("it never ends");
    this.clock.step();
    await this.#settle();
  }

  /** The next thing happens, and so many turns of what follows from it: nothing of that has left the processes. */
  async nextInPart(turnCount: number): Promise<void> {
    this.events += 1;
    this.clock.step();
    await turns(turnCount);
  }

  /** @throws {Error} that came of what has happened */
  check(): void {
    if (this.complaints.first !== undefined) throw this.complaints.first;
  }

  async close(): Promise<void> {
    const { callControl, ctiManager } = this;
    callControl?.die();
    ctiManager?.die();
    callControl?.bury();
    ctiManager?.bury();
    await settled();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #settle(): Promise<void> {
    await settled();
    this.callControl?.process.flush();
    this.ctiManager?.process.flush();
    this.check();
  }

  #employ({ user, group, topics, devices }: Role): void {
    const agent = new Agent(devices, this.clock, this.chance, NUMBERS);
    const named = group === undefined ? {} : { group };
    const options = { ...this.#applicationOptions(user), ...named, topics };
    const application = new Application({ ...options, onEvent: (event) => agent.hear(event) });
    this.agents.push(agent);
    this.applications.push(application);
  }

  #applicationOptions(user: string) {
    const { clock, chance, ledger } = this;
    return { user, clock, chance, delayMs: this.#delayMs, ledger, server: () => this.ctiManager };
  }

  #ringing(call: PhoneCall, isToAnswer: boolean): void {
    if (isToAnswer) return void this.clock.after(this.chance.below(300), () => this.edge.answer(call));
    const fate = this.chance.next();
    this.clock.after(this.chance.below(RING_MS), () => {
      if (this.areUsersStill) return;
      if (fate < 0.7) this.edge.answer(call);
      else if (fate < 0.8) this.edge.hangUp(call);
    });
  }
}
