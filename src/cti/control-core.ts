import { join } from "node:path";
import type { Clock, Ids, Logger, MetricSample, Timer } from "../common/index.ts";
import type { ConfigurationMirror, Kind, TouchedObjects } from "../database/index.ts";
import type { CtiSignal, PlacedSignal } from "../signals/index.ts";
import type { CallControlLink } from "./call-control-link.ts";
import { Distributor } from "./call/distributor.ts";
import { FeedMemory } from "./call/feed-memory.ts";
import { Replica, type Concerned } from "./call/replica.ts";
import { SignalFeed, type FeedConsumer, type FeedState } from "./call/signal-feed.ts";
import { Subscriptions } from "./call/subscriptions.ts";
import { DeviceAccess } from "./device/device-access.ts";
import { DeviceOwners } from "./device/device-owners.ts";
import { Inventories } from "./device/inventories.ts";
import { InventoryWatch } from "./device/inventory-watch.ts";
import { OpenDevices } from "./device/open-devices.ts";
import { ServiceState } from "./device/service-state.ts";
import { MAX_ANSWER_CHARACTERS } from "./operations/answer-size.ts";
import { createOperations } from "./operations/create-operations.ts";
import type { SessionTable } from "./session/session-table.ts";
import type { Operations } from "./operation.ts";

export interface ControlCoreOptions {
  readonly link: CallControlLink;
  readonly sessions: SessionTable;
  readonly mirror: ConfigurationMirror;
  /** Name of the CTIManager, `<node>/ctimanager`. */
  readonly manager: string;
  /** Folder for what has to outlive the process. */
  readonly folder: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Default 32 Mi: longer answers are refused. */
  readonly maxAnswerCharacters?: number;
}

/** What says which devices and lines a user, or a token of it, may use. */
const ABOUT_USE: readonly Kind[] = ["user", "cti-token", "phone", "cti-port", "route-point", "directory-number"];

/** Calls are followed for so long after the last session; that is how applications come and go in tests and scripts. */
const OBSERVE_MS = 60_000;
/** How long an application that opens the first session waits until calls are followed. */
const OBSERVED_MS = 5_000;

/** What applications see of calls, devices and lines, and may do with them; sessions and the wire are somebody else's. */
export class ControlCore implements FeedConsumer {
  readonly operations: Operations;
  readonly #options: ControlCoreOptions;
  readonly #replica: Replica;
  readonly #distributor = new Distributor();
  readonly #subscriptions: Subscriptions;
  readonly #owners: DeviceOwners;
  readonly #open: OpenDevices;
  readonly #service: ServiceState;
  readonly #inventories: Inventories;
  readonly #inventory: InventoryWatch;
  readonly #feed: SignalFeed;
  #unobserved: Timer | undefined;

  constructor(options: ControlCoreOptions) {
    this.#options = options;
    const { link, sessions, mirror, manager, folder, clock, ids, logger } = options;
    this.#replica = new Replica({ clock, onForgotten: (callId) => this.#feed.callForgotten(callId) });
    this.#subscriptions = new Subscriptions(this.#distributor, ids);
    this.#owners = new DeviceOwners({
      link,
      clock,
      logger,
      leaseMsOf: (session) => sessions.get(session)?.leaseMs,
      onOwner: (device, ownership) => this.#open.ownerChanged(device, ownership),
      onRefused: (device, session, error) => this.#open.refused(device, session, error),
    });
    const replica = this.#replica;
    const subscriptions = this.#subscriptions;
    this.#open = new OpenDevices({ owners: this.#owners, subscriptions, replica, sessions, clock });
    this.#service = new ServiceState({ replica, distributor: this.#distributor, sessions, clock });
    const access = new DeviceAccess(replica, this.#open);
    this.#inventories = new Inventories(replica, access);
    this.#inventory = new InventoryWatch({
      replica,
      access,
      subscriptions,
      distributor: this.#distributor,
      open: this.#open,
      sessions,
    });
    const memory = new FeedMemory({
      path: join(folder, "cti-feed.journal"),
      clock,
      onError: (error) => logger.error("the place in the signals cannot be written", { error: String(error) }),
    });
    this.#feed = new SignalFeed({ link, replica, memory, consumer: this, manager, clock, logger });
    this.operations = createOperations(
      {
        link,
        feed: this.#feed,
        replica,
        subscriptions,
        open: this.#open,
        access,
        service: this.#service,
        inventory: this.#inventory,
        mirror,
        clock,
        ids,
        maxAnswerCharacters: options.maxAnswerCharacters ?? MAX_ANSWER_CHARACTERS,
      },
      this.#inventories,
    );
  }

  /** Whether the signals of call control are followed. */
  get callControl(): FeedState {
    return this.#feed.state;
  }

  /** False when a call is known to have ended, or never to have been. */
  isUp(callId: string): boolean {
    if (this.#feed.state !== "live") return true;
    return this.#replica.isUp(callId);
  }

  /**
   * Calls are followed from now on, for as long as there are sessions: resolves as soon as they are, or when call control
   * is away, or has not said so in time.
   */
  async observeCalls(): Promise<void> {
    this.#feed.observeCalls(true);
    this.#unobserveLater();
    await this.#feed.reached(0, OBSERVED_MS);
  }

  #unobserveLater(): void {
    this.#unobserved?.cancel();
    this.#unobserved = this.#options.clock.after(OBSERVE_MS, () => {
      if (this.#options.sessions.size === 0) this.#feed.observeCalls(false);
    });
  }

  /** Takes up the sessions of before a restart, then follows call control. Once. */
  start(): void {
    const { sessions } = this.#options;
    for (const session of sessions.all()) {
      this.#subscriptions.restore(session);
      this.#open.restore(session);
      if (session.phase === "silent") this.#open.noteSilent(session, true);
    }
    // Rights may have changed meanwhile.
    for (const session of sessions.all()) this.#inventory.takeAway(session);
    this.#owners.restored();
    sessions.watch({
      onAbsent: (session) => this.#open.note(session, "absent"),
      onFailed: (session) => this.#open.note(session, "failed"),
      onSilent: (session, isSilent) => this.#open.noteSilent(session, isSilent),
      onResumed: (session, mode, hadFailed) => {
        this.#inventory.resumed(session, mode === "resnapshot");
        if (hadFailed) this.#open.note(session, "recovered");
      },
      onClosed: (session, reason) => {
        this.#open.end(session, reason === "lease-over");
        this.#subscriptions.end(session);
        this.#inventories.end(session);
        this.#inventory.end(session);
        this.#unobserveLater();
      },
    });
    if (sessions.size > 0) this.#feed.observeCalls(true);
    this.#feed.start();
  }

  onSignal({ position, signal }: PlacedSignal, concerned: Concerned): void {
    this.#inventory.lineMoved(signal, position);
    const told = this.#distributor.tell(signal, concerned, position);
    this.#inventory.signal(signal, position, told);
    this.#closeWhatIsClosed(signal, position);
  }

  onRenewed(position: number): void {
    const { sessions } = this.#options;
    sessions.renewAll();
    this.#subscriptions.renew(position);
    this.#open.renew(position);
    this.#inventory.renew();
  }

  /** The configuration has changed: who may use what, perhaps. */
  configurationChanged(touched: TouchedObjects): void {
    if (ABOUT_USE.some((kind) => touched.has(kind))) this.#inventory.configurationChanged();
  }

  onState(state: FeedState): void {
    if (state !== "away") for (const session of this.#options.sessions.all()) this.#inventory.restore(session);
    // What lines have, and who was in calls, was not known when sessions of before were taken up.
    if (state === "live") for (const session of this.#options.sessions.all()) this.#inventory.takeAway(session);
    if (state === "live") this.#inventory.caughtUp();
    this.#service.feedIs(state);
    if (state === "live") this.#owners.linkIsUp();
  }

  flush(): void {
    this.#options.sessions.flush();
  }

  metrics(): MetricSample[] {
    const gauge = (name: string, help: string, value: number): MetricSample => ({ name, type: "gauge", help, value });
    return [
      gauge(
        "tandem_cti_call_control",
        "1 while the signals of call control are followed",
        this.#feed.state === "live" ? 1 : 0,
      ),
      gauge(
        "tandem_cti_subscriptions",
        "Subscriptions of all sessions, open devices among them",
        this.#subscriptions.count,
      ),
      gauge("tandem_cti_open_devices", "Devices that sessions have open", this.#open.count),
      gauge("tandem_cti_owned_devices", "CTI ports and route points that a session owns", this.#owners.owned),
      ...this.#replica.metrics(),
      ...this.#feed.metrics(),
    ];
  }

  /** May be called twice. */
  close(): void {
    this.#unobserved?.cancel();
    this.#service.close();
    this.#owners.end();
    this.#feed.close();
    this.#replica.close();
  }

  #closeWhatIsClosed(signal: CtiSignal, position: number): void {
    if (signal.kind === "device" && signal.device.isRestricted) {
      this.#open.closeFor(signal.device.name, "restricted", this.#options.sessions.all(), position);
    }
    if (signal.kind === "removed" && signal.device !== undefined) {
      this.#open.closeFor(signal.device, "removed", this.#options.sessions.all(), position);
    }
  }
}
