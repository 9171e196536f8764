import type { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { CallManager } from "../../../src/call/index.ts";
import type { Clock, Ids } from "../../../src/common/index.ts";
import { handleCtiBus } from "../../../src/main/service/cti-bus.ts";
import { handleCtiCommands } from "../../../src/main/service/cti-commands.ts";
import { handleCtiDevices } from "../../../src/main/service/cti-devices.ts";
import type { FakeRelay } from "../../support/fake-relay.ts";
import type { Complaints } from "./complaints.ts";
import { EdgePort } from "./edge-port.ts";
import { MortalProcess } from "./mortal-process.ts";
import { MAX_CALLS, type Site } from "./site.ts";
import { SlowRelay } from "./slow-relay.ts";
import { VirtualChannelServer } from "./virtual-channel.ts";
import type { VirtualEdge } from "./virtual-edge.ts";

export interface CallControlWorld {
  readonly site: Site;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly complaints: Complaints;
  readonly edge: VirtualEdge;
  readonly relay: FakeRelay;
  readonly delayMs: () => number;
  /** A command is done; in the end it has been (true), or has been refused. */
  readonly onEffect: (key: string, type: string) => (isDone: boolean) => void;
}

/** One life of call control, from its start to its death. */
export class CallControlLife {
  readonly process: MortalProcess;
  readonly channel: VirtualChannelServer;
  readonly manager: CallManager;
  readonly #port: EdgePort;
  readonly #relay: SlowRelay;
  /** Key of the command that is being done. */
  readonly #key: AsyncLocalStorage<string>;

  constructor(world: CallControlWorld, folder: string) {
    const { site, edge, relay, delayMs, ids, complaints } = world;
    this.#key = site.commandKey;
    this.process = new MortalProcess(world.clock);
    const logger = complaints.logger("call control", () => this.process.isDead);
    this.#relay = new SlowRelay(relay, this.process, world.clock, delayMs);
    this.channel = new VirtualChannelServer(this.process);
    this.#port = new EdgePort(edge, this.process, world.clock, delayMs);
    const { followed, featureStore } = site;
    const file = (name: string): string => join(folder, name);
    this.manager = new CallManager({
      edge: { host: "192.0.2.1", port: 1, secret: "between-us" },
      edgeControl: this.#port.control,
      inventory: followed.inventory,
      configuration: followed.mirror,
      dialPlan: () => followed.dialPlan,
      features: { settings: followed.features, store: featureStore, refresh: () => Promise.resolve() },
      relay: this.#relay,
      clock: this.process.clock,
      ids,
      logger,
      paths: {
        calls: file("calls.journal"),
        registrations: file("registrations.journal"),
        subscriptions: file("subscriptions.journal"),
        lamps: file("lamps.journal"),
        tolls: file("tolls.journal"),
        trunks: file("trunks.journal"),
        records: file("calls.jsonl"),
      },
      settings: { endpoints: new Map([["9196", "echo"]]), maxCalls: MAX_CALLS },
      node: "test",
      signaling: this.#port,
    });
    this.#watchEffects(world.onEffect);
    const { cti } = this.manager;
    const bus = handleCtiBus(this.channel, cti.feed, (count) => cti.devices.managers(count));
    handleCtiDevices(this.channel, cti.devices, bus);
    handleCtiCommands(
      {
        handle: (method, handler) => {
          this.channel.handle(method, (params, peer) =>
            this.#key.run((params as { readonly key: string }).key, () => handler(params, peer)),
          );
        },
      },
      cti.commands,
      bus,
    );
  }

  start(): void {
    this.manager.start();
  }

  /** `kill -9`; its files are no concern of its any more. */
  die(): void {
    this.process.die();
    this.#port.died();
  }

  /** Lets go of what a dead process has not. */
  bury(): void {
    this.#relay.close();
    void this.manager.close();
  }

  metric(name: string): number {
    const samples = this.manager.metrics().filter((sample) => sample.name === name);
    return samples.reduce((sum, { value }) => sum + value, 0);
  }

  /** Counts what commands do, below all that keeps them from being done twice. */
  #watchEffects(onEffect: CallControlWorld["onEffect"]): void {
    const watch = <Params extends readonly unknown[], Result>(
      act: (...params: Params) => Result,
      typeOf: string | ((...params: Params) => string),
    ): ((...params: Params) => Result) => {
      return (...params) => {
        const key = this.#key.getStore();
        // A dead process goes on in vain.
        const end =
          key === undefined || this.process.isDead
            ? undefined
            : onEffect(key, typeof typeOf === "string" ? typeOf : typeOf(...params));
        const result = act(...params);
        if (end === undefined) return result;
        const judge = (value: unknown): void => {
          // What death has interrupted has no end.
          if (!this.process.isDead) end((value as { readonly ok?: boolean } | undefined)?.ok !== false);
        };
        if (result instanceof Promise) void result.then(judge, () => judge({ ok: false }));
        else judge(result);
        return result;
      };
    };
    const { features, cti } = this.manager;
    const { devices, feed } = cti;
    features.command = watch(features.command.bind(features), ({ type }) => type);
    devices.accept = watch(devices.accept.bind(devices), "accept");
    devices.answer = watch(devices.answer.bind(devices), "answer");
    devices.reject = watch(devices.reject.bind(devices), "reject");
    feed.setUserData = watch(feed.setUserData.bind(feed), "set-user-data");
  }
}
