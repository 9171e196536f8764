import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import {
  CallManager,
  createInventory,
  type CallManagerOptions,
  type CallManagerSettings,
  type CallRecord,
  type Inventory,
  type LineForwarding,
  type PeerSource,
  type PhoneSource,
  type SipProfile,
} from "../../src/call/index.ts";
import { RandomIds, silentLogger, SystemClock, type Clock, type Logger } from "../../src/common/index.ts";
import type { MediaRelay } from "../../src/media/index.ts";
import { SipEdge, type SipEdgeOptions, type TransportProtocol } from "../../src/sip/index.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { FakeRelay } from "./fake-relay.ts";
import type { PhoneLink, Place } from "./phone-link.ts";
import { SipPhone } from "./sip-phone.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

export const TEST_PROFILE: SipProfile = {
  name: "standard-phone",
  kind: "phone",
  transports: ["udp", "tcp"],
  digestAlgorithms: ["MD5"],
  registration: { minExpirySeconds: 60, maxExpirySeconds: 3_600, defaultExpirySeconds: 600, maxContacts: 5 },
  session: { expiresSeconds: 0, minSeconds: 90 },
  media: { latch: false },
  ringSeconds: 0,
};

export interface SwitchOptions {
  /** That of call control. */
  readonly clock?: Clock;
  /** That of the edge: its retransmissions and session timers. */
  readonly edgeClock?: Clock;
  readonly logger?: Logger;
  readonly relay?: MediaRelay;
  readonly phones?: readonly Partial<PhoneSource>[];
  readonly peers?: readonly PeerSource[];
  /** By line, such as `1001@internal`. */
  readonly forwarding?: ReadonlyMap<string, LineForwarding>;
  /** By names of devices; absent: any. */
  readonly codecsBetween?: Inventory["codecsBetween"];
  /** Default `tandem.test`. */
  readonly realm?: string;
  readonly settings?: Partial<CallManagerSettings>;
  /** Reads sealed passwords of trunks. */
  readonly secrets?: CallManagerOptions["secrets"];
  /** Absent: numbers lead where the inventory says. */
  readonly dialPlan?: CallManagerOptions["dialPlan"];
  readonly features?: CallManagerOptions["features"];
  readonly configuration?: CallManagerOptions["configuration"];
  /** In the place of `phones`, `peers`, `forwarding` and `codecsBetween`. */
  readonly inventory?: Inventory;
  readonly withoutEdgeControl?: boolean;
  /** Listens with WebSocket, too. */
  readonly webSocket?: boolean;
  readonly dns?: SipEdgeOptions["dns"];
  /** What the edge tells of its dialogs; default the truth. */
  readonly listDialogs?: (edge: SipEdge) => ReturnType<SipEdge["listDialogs"]>;
}

export interface PhoneSetUp {
  /** Digest user name where that is not the number. */
  readonly authUser?: string;
  readonly registered?: boolean;
  readonly address?: string;
  readonly link?: PhoneLink;
}

/** Phones 1001 to 1004; user is the number, password `secret`. */
export function testPhones(overrides: readonly Partial<PhoneSource>[] = []): PhoneSource[] {
  return [0, 1, 2, 3].map((index) => ({
    name: `phone-${1001 + index}`,
    directoryNumber: String(1001 + index),
    user: String(1001 + index),
    secret: { password: "secret" },
    profile: TEST_PROFILE,
    maxCalls: 2,
    ...overrides[index],
  }));
}

/** Edge, call control and a relay in one process, with files that survive a restart of either. */
export class SwitchFixture {
  edge: SipEdge;
  manager: CallManager;
  readonly relay: FakeRelay;
  readonly inventory: Inventory;
  readonly #options: SwitchOptions;
  readonly #directory = new TemporaryDirectory("switch");
  readonly #phones: SipPhone[] = [];

  /** An edge that is started again has them again, whoever else looked for a port meanwhile. */
  readonly #ports: { readonly sip: number; readonly wire: number };

  private constructor(options: SwitchOptions, ports: { readonly sip: number; readonly wire: number }) {
    this.#options = options;
    this.#ports = ports;
    this.relay = options.relay instanceof FakeRelay ? options.relay : new FakeRelay();
    this.inventory =
      options.inventory ??
      createInventory({
        realm: options.realm ?? "tandem.test",
        phones: testPhones(options.phones),
        peers: options.peers ?? [],
        ...(options.forwarding === undefined ? {} : { forwarding: options.forwarding }),
        ...(options.codecsBetween === undefined ? {} : { codecsBetween: options.codecsBetween }),
      });
    this.edge = this.#makeEdge();
    this.manager = this.#makeManager();
  }

  static async start(options: SwitchOptions = {}): Promise<SwitchFixture> {
    const fixture = new SwitchFixture(options, { sip: await freePort(), wire: await freePort() });
    await fixture.edge.start();
    await fixture.startManager();
    return fixture;
  }

  get server(): Place {
    return this.placeOf("udp");
  }

  placeOf(wanted: TransportProtocol): Place {
    const { port } = this.edge.addresses.find(({ protocol }) => protocol === wanted) ?? { port: 0 };
    return { address: "127.0.0.1", port };
  }

  /** A phone, registered unless told otherwise. */
  async phone(
    number: string,
    { registered = true, address = "127.0.0.1", link, authUser = number }: PhoneSetUp = {},
  ): Promise<SipPhone> {
    const common = { number, user: number, authUser, password: "secret", server: this.server };
    const phone = await SipPhone.start({ ...common, ...(link === undefined ? { address } : { link }) });
    this.#phones.push(phone);
    if (registered) {
      const response = await phone.register();
      if (response.status !== 200) throw new Error(`${number} is not registered: ${response.status}`);
    }
    return phone;
  }

  /** The phone that was made last. */
  lastPhone(): SipPhone {
    const phone = this.#phones.at(-1);
    if (phone === undefined) throw new Error("there is no phone");
    return phone;
  }

  metric(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const samples = [...this.manager.metrics(), ...this.edge.metrics()].filter((one) => one.name === name);
    const found = samples.find((one) => Object.entries(labels).every(([key, value]) => one.labels?.[key] === value));
    return found?.value ?? 0;
  }

  /** Records so far. */
  records(): CallRecord[] {
    try {
      const text = readFileSync(this.#directory.join("records", "calls.jsonl"), "utf8");
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as CallRecord);
    } catch {
      return [];
    }
  }

  /** Waits until nothing of any call is left, and returns the records. */
  async settled(expectedRecords: number): Promise<CallRecord[]> {
    return eventually(
      () => {
        const left = {
          calls: this.metric("tandem_calls"),
          sessions: this.metric("tandem_call_sessions"),
          legs: this.metric("tandem_call_legs"),
          dialogs: this.metric("tandem_sip_dialogs"),
          relay: this.relay.sessions.size,
          records: this.records().length,
        };
        const clean = { calls: 0, sessions: 0, legs: 0, dialogs: 0, relay: 0, records: expectedRecords };
        if (JSON.stringify(left) !== JSON.stringify(clean)) throw new Error(`left over: ${JSON.stringify(left)}`);
        return this.records();
      },
      { timeoutMs: 4_000, intervalMs: 10 },
    );
  }

  /** Makes and starts a manager on the files of the one before. */
  async startManager(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.manager = this.#makeManager(resolve);
      this.manager.start();
    });
  }

  /** Ends the manager with its files as they are at this moment: what kill -9 leaves. */
  async killManager(): Promise<void> {
    const files = [
      "calls.journal",
      "registrations.journal",
      "subscriptions.journal",
      "lamps.journal",
      "trunks.journal",
      "tolls.journal",
    ].map((name) => this.#directory.join("state", name));
    files.push(this.#directory.join("records", "calls.jsonl"));
    const contents = files.map((file) => (existsSync(file) ? readFileSync(file) : ""));
    this.relay.connected = false;
    await this.manager.close();
    this.relay.connected = true;
    await eventually(() => this.#assertNoApplication(), { timeoutMs: 2_000, intervalMs: 5 });
    for (const [index, file] of files.entries()) if (existsSync(file)) writeFileSync(file, contents[index] ?? "");
  }

  async restartManager(): Promise<void> {
    await this.manager.close();
    await this.startManager();
  }

  /** Ends the edge and starts another on the same ports and files. */
  async restartEdge(whileDown?: () => void): Promise<void> {
    await this.restartEdgeOnly(whileDown);
    await eventually(
      () => {
        if (!this.manager.isReady) throw new Error("call control is not connected again");
      },
      { timeoutMs: 4_000, intervalMs: 10 },
    );
  }

  /** The same while no manager is there. */
  async restartEdgeOnly(whileDown: () => void = () => undefined): Promise<void> {
    await this.edge.close();
    whileDown();
    this.edge = this.#makeEdge();
    await this.edge.start();
  }

  /** Removes the file of established calls, while no manager is there. */
  forgetCalls(): void {
    rmSync(this.#directory.join("state", "calls.journal"));
    this.relay.sessions.clear();
  }

  /** Removes the edge's files of dialogs, while it is not there. */
  forgetDialogs(): void {
    for (const name of ["edge-dialogs.journal", "edge-invites.journal"]) rmSync(this.#directory.join("state", name));
  }

  /** The file of established calls as it is now. */
  savedCalls(): Buffer {
    return readFileSync(this.#directory.join("state", "calls.journal"));
  }

  restoreSavedCalls(content: Buffer): void {
    writeFileSync(this.#directory.join("state", "calls.journal"), content);
  }

  async stop(): Promise<void> {
    await this.manager.close();
    await this.edge.close();
    for (const phone of this.#phones) await phone.close();
    this.#directory.close();
  }

  #assertNoApplication(): void {
    if (this.metric("tandem_wire_applications") > 0) throw new Error("the edge has not noticed");
  }

  #makeEdge(): SipEdge {
    const { sip: port, wire } = this.#ports;
    return new SipEdge({
      listeners: [
        { protocol: "udp", address: "127.0.0.1", port },
        { protocol: "tcp", address: "127.0.0.1", port },
        ...(this.#options.webSocket === true ? [{ protocol: "ws", address: "127.0.0.1", port: 0 } as const] : []),
      ],
      wire: { host: "127.0.0.1", port: wire, secret: "between-us" },
      stateDir: this.#directory.join("state"),
      clock: this.#options.edgeClock ?? new SystemClock(),
      ids: new RandomIds(),
      logger: silentLogger,
      ...(this.#options.dns === undefined ? {} : { dns: this.#options.dns }),
    });
  }

  #makeManager(onReady: () => void = () => undefined): CallManager {
    const {
      clock = new SystemClock(),
      logger = silentLogger,
      settings,
      secrets,
      dialPlan,
      features,
      configuration,
      withoutEdgeControl = false,
    } = this.#options;
    const listDialogs = this.#options.listDialogs ?? ((edge: SipEdge) => edge.listDialogs());
    return new CallManager({
      edge: { host: "127.0.0.1", port: this.edge.wirePort, secret: "between-us" },
      ...(withoutEdgeControl
        ? {}
        : {
            edgeControl: {
              listDialogs: () => Promise.resolve(listDialogs(this.edge)),
              reportDelay: (delayMs: number) => Promise.resolve(this.edge.reportDelay(delayMs)),
              endDialog: (dialogId: string, reason: string) => {
                this.edge.endDialog(dialogId, reason);
                return Promise.resolve();
              },
              ban: (address: string) => {
                this.edge.ban(address, "authentication");
                return Promise.resolve();
              },
              know: () => Promise.resolve(),
              trust: (addresses: readonly string[]) => {
                this.edge.trust(addresses);
                return Promise.resolve();
              },
            },
          }),
      ...(secrets === undefined ? {} : { secrets }),
      ...(dialPlan === undefined ? {} : { dialPlan }),
      ...(features === undefined ? {} : { features }),
      ...(configuration === undefined ? {} : { configuration }),
      inventory: this.inventory,
      relay: this.#options.relay ?? this.relay,
      clock,
      ids: new RandomIds(),
      logger,
      paths: {
        calls: this.#directory.join("state", "calls.journal"),
        registrations: this.#directory.join("state", "registrations.journal"),
        subscriptions: this.#directory.join("state", "subscriptions.journal"),
        lamps: this.#directory.join("state", "lamps.journal"),
        tolls: this.#directory.join("state", "tolls.journal"),
        trunks: this.#directory.join("state", "trunks.journal"),
        records: this.#directory.join("records", "calls.jsonl"),
      },
      settings: {
        endpoints: new Map([
          ["9196", "echo"],
          ["9197", "demo"],
        ]),
        maxCalls: 100,
        ...settings,
      },
      onReady,
    });
  }
}
