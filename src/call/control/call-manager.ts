import { createHmac } from "node:crypto";
import type { MetricSample } from "../../common/index.ts";
import type { TouchedObjects } from "../../database/index.ts";
import type { RelayEvent } from "../../media/index.ts";
import type { SipMessage } from "../../sip/message/index.ts";
import { DigestAuthenticator } from "../auth/index.ts";
import { ProfileHints, type InventoryChange, type SipPhone } from "../device/index.ts";
import { numberingSource } from "../digit-analysis/index.ts";
import type { RecordSettings } from "../record/record-settings.ts";
import { Registrar, type Binding } from "../registrar/index.ts";
import type { SignalingPort } from "../signaling/signaling-port.ts";
import { TrunkKeeper } from "../trunk/trunk-keeper.ts";
import { TollGuards } from "../toll/index.ts";
import type { CallManagerOptions } from "./call-manager-options.ts";
import { CallControl } from "./call-control.ts";
import { CallManagerViews } from "./views/call-manager-views.ts";
import { CallCounters } from "./views/call-counters.ts";
import { CallJournal } from "./recovery/call-journal.ts";
import type { CallRecords } from "./reporting/call-records.ts";
import type { CallContext } from "./session/call-session.ts";
import { CallTable } from "./call-table.ts";
import type { CallFeatures } from "./features/call-features.ts";
import { CommandTraces } from "../cti/command-traces.ts";
import { tracedLogger } from "../cti/traced-logger.ts";
import { CtiSide } from "./features/cti-side.ts";
import { makeFeatures } from "./features/make-features.ts";
import { Hunting } from "./hunting/hunting.ts";
import { EdgeMessenger } from "./edge-messenger.ts";
import { EdgeReconciler } from "./recovery/edge-reconciler.ts";
import { EmergencyRoute } from "./routing/emergency-route.ts";
import { Gatekeeper } from "./gatekeeper.ts";
import { makeCallContext, makeRecords, makeSignaling, pendingMetric } from "./make-parts.ts";
import { Messages } from "./message/messages.ts";
import { NewCalls } from "./new-calls.ts";
import { takeRelayEvent } from "./relay-events.ts";
import { RelayReconciler } from "./recovery/relay-reconciler.ts";
import { restoreCalls, STOPPED } from "./recovery/restore-calls.ts";
import type { MessageLamps } from "./subscription/message-lamps.ts";
import { WatchedLines } from "./subscription/watched-lines.ts";
import { longestRingSeconds, profilesIn, withDefaults } from "./call-limits.ts";
import { SessionLedger } from "./session/session-ledger.ts";

/**
 * Call control of a node: registrar, digest, two-party calls between phones, peers and services of the switch, their
 * media and their records. Calls outlive it: what it knows of established calls is on file before a phone knows it.
 */
export class CallManager {
  readonly #options: CallManagerOptions;
  readonly #table = new CallTable();
  readonly #counters = new CallCounters();
  readonly #hints: ProfileHints;
  readonly #registrar: Registrar;
  readonly #authenticator: DigestAuthenticator;
  readonly #journal: CallJournal;
  readonly #toll: TollGuards;
  readonly #records: CallRecords;
  readonly #signaling: SignalingPort;
  readonly #trunks: TrunkKeeper;
  readonly #gatekeeper: Gatekeeper;
  readonly #watched: WatchedLines;
  readonly #messages: Messages;
  readonly #newCalls: NewCalls;
  readonly #hunting: Hunting;
  readonly #features: CallFeatures;
  readonly #context: CallContext;
  readonly #edgeReconciler: EdgeReconciler;
  readonly #relayReconciler: RelayReconciler;
  readonly #ledger: SessionLedger;
  readonly #cti: CtiSide;
  readonly #edge: EdgeMessenger;
  readonly #emergency: EmergencyRoute;
  #isClosed = false;

  /** @throws the file system's error when a journal cannot be opened */
  constructor(options: CallManagerOptions) {
    const { clock, ids, logger, inventory, relay, paths, settings, edge } = options;
    this.#options = options;
    this.#edge = new EdgeMessenger(options.edgeControl, logger);
    this.#emergency = new EmergencyRoute({ settings: settings.emergency, inventory, logger });
    const profiles = options.profiles ?? profilesIn(inventory);
    const phoneProfiles = profiles.filter(({ kind }) => kind === "phone").map(({ name }) => name);
    this.#hints = new ProfileHints({ clock, logger, profiles: phoneProfiles });
    const known = { inventory, clock, logger, hints: this.#hints };
    this.#registrar = new Registrar({
      ...known,
      journalPath: paths.registrations,
      onChanged: (aor) => this.#cti.feed.objects.deviceChanged(inventory.phoneByAor(aor)?.name),
    });
    this.#authenticator = new DigestAuthenticator({
      ...known,
      secret: createHmac("sha256", edge.secret).update("digest nonces").digest("hex"),
      ids,
      hasBindingFrom: (address) => this.#registrar.hasBindingFrom(address),
      onStopped: (address) => this.#edge.ban(address),
    });
    this.#journal = new CallJournal(paths.calls, clock, logger);
    this.#toll = new TollGuards(paths.tolls, clock, logger);
    this.#records = makeRecords(options);
    const limits = withDefaults(settings);
    const longestRingMs = longestRingSeconds(profiles, limits.ringSeconds) * 1_000;
    const signaling = makeSignaling(options, {
      longestRingMs,
      beforeWrite: () => {
        this.#journal.flush();
        this.#watched.flush();
      },
      onDelay: (delayMs) => this.#edge.reportDelay(delayMs),
    });
    this.#trunks = new TrunkKeeper({
      port: signaling,
      clock,
      ids,
      logger,
      secrets: options.secrets,
      journalPath: paths.trunks,
      onSource: ({ address }) => this.#edge.trust([address]),
    });
    this.#trunks.apply(inventory.peers);
    const traces = new CommandTraces();
    const traced = { ...options, logger: tracedLogger(logger, traces) };
    const ctiParts = {
      options: traced,
      traces,
      table: this.#table,
      registrar: this.#registrar,
      journal: this.#journal,
    };
    this.#cti = new CtiSide(ctiParts, () => this.#features);
    this.#signaling = this.#cti.devices.beside(this.#trunks.port);
    const calledUri = (message: SipMessage): string => this.#trunks.calledUri(message);
    this.#gatekeeper = new Gatekeeper(inventory, this.#authenticator, this.#trunks);
    const { endpoints } = settings;
    const numbering = options.dialPlan === undefined ? undefined : numberingSource(options.dialPlan, clock);
    const localHosts = (): ReadonlySet<string> => this.#newCalls.localHosts;
    const gates = { gatekeeper: this.#gatekeeper, port: this.#signaling };
    this.#watched = new WatchedLines({ ...options, ...gates, localHosts, numbering });
    this.#ledger = new SessionLedger({
      table: this.#table,
      counters: this.#counters,
      toll: this.#toll,
      onEnded: ({ progress }) => this.#hunting.noteEnded(progress),
      onLegGone: (leg) => this.#cti.legGone(leg),
      onChanged: (session) => this.#watched.dialogs.update(session),
    });
    this.#context = makeCallContext(traced, {
      port: this.#signaling,
      registrar: this.#registrar,
      journal: this.#journal,
      toll: this.#toll,
      owner: this.#ledger,
      records: this.#records,
      features: () => this.#features,
      userToUser: (sessionId) => this.#cti.userToUser(sessionId),
      traceparentOf: (sessionId) => (traces.isIdle ? undefined : traces.ofSession(sessionId)),
    });
    const lookup = (phone: SipPhone): readonly Binding[] => this.#cti.devices.lookup(phone);
    const onFlowFailed = (binding: Binding): void => this.#registrar.flowFailed(binding);
    const ways = { inventory, ids, lookup, onFlowFailed, endpoints, calledUri, toll: this.#toll, numbering };
    this.#messages = new Messages({ ...ways, ...gates, localHosts, clock });
    const { settings: featureSettings, store } = options.features ?? {};
    this.#hunting = new Hunting({ inventory, lookup, table: this.#table, clock, settings: featureSettings });
    this.#newCalls = new NewCalls({
      ...ways,
      ...limits,
      context: this.#context,
      hunting: this.#hunting,
      settings: featureSettings,
      store,
      isQueued: (pilot) => this.#features.hasQueued(pilot),
      features: () => this.#features,
      table: this.#table,
      isUsable: ({ name }) => this.#trunks.isUsable(name),
      emergency: () => this.#emergency.plan,
      onUserData: (callId, data) => this.#cti.feed.setUserData(callId, data),
    });
    this.#features = makeFeatures({
      context: this.#context,
      table: this.#table,
      newCalls: this.#newCalls,
      inventory,
      store: this.#journal,
      hunting: this.#hunting,
      dialogs: this.#watched.dialogs,
      features: options.features,
      dialPlan: options.dialPlan,
      onStep: (event, effects) => this.#cti.step(event, effects),
      onRestored: () => this.#cti.restored(),
      routing: this.#cti,
    });
    this.#cti.command({
      features: this.#features,
      newCalls: this.#newCalls,
      table: this.#table,
      records: this.#records,
      lamps: this.#watched.lamps,
    });
    const common = { table: this.#table, clock, logger };
    this.#edgeReconciler = new EdgeReconciler({
      ...common,
      port: this.#signaling,
      edgeControl: options.edgeControl,
      onFound: () => this.#features.onEdgeFound(),
    });
    this.#relayReconciler = new RelayReconciler({
      ...common,
      relay,
      isUsed: (callId) => this.#cti.devices.hasMedia(callId),
      onFound: (sessions) => this.#features.onRelayFound(sessions),
    });
  }

  /** What may be asked of calls. */
  get features(): Pick<CallFeatures, "command" | "callsNow" | "deviceNamed"> {
    return this.#features;
  }

  /** What is there for CTIManagers and their applications. */
  get cti(): CtiSide {
    return this.#cti;
  }

  /** The message waiting lamps of lines. */
  get lamps(): MessageLamps {
    return this.#watched.lamps;
  }

  /** What can be seen of calls, phones, trunks and the dial plan. */
  get views(): CallManagerViews {
    return new CallManagerViews({
      world: this.#features.world,
      table: this.#table,
      registrar: this.#registrar,
      hints: this.#hints,
      trunks: this.#trunks,
      toll: this.#toll,
      records: this.#records,
      emergency: () => this.#emergency.plan,
      options: this.#options,
    });
  }

  /** Takes up recorded calls and begins to connect to the edge. */
  start(): void {
    const { logger, relay, paths } = this.#options;
    const restored = { context: this.#context, table: this.#table, journal: this.#journal, toll: this.#toll };
    this.#cti.devices.restore();
    restoreCalls({ ...restored, recordsPath: paths.records });
    this.#features.restore();
    const control = new CallControl({
      table: this.#table,
      newCalls: this.#newCalls,
      gatekeeper: this.#gatekeeper,
      registrar: this.#registrar,
      subscriptions: this.#watched.subscriptions,
      messages: this.#messages,
      logger,
      onRegistered: () => this.#features.freed(),
      onRefused: (method, reason) => this.#counters.countRefused(method, reason),
      onConnected: () => {
        logger.info("connected to the edge", { calls: this.#table.active });
        this.#edgeReconciler.start();
        this.#watched.subscriptions.findEdge();
        this.#trunks.edgeConnected();
      },
      onRouted: () => this.#options.onReady?.(),
      onDisconnected: () => {
        logger.warn("lost the edge", { calls: this.#table.active });
        this.#edgeReconciler.stop();
      },
    });
    this.#signaling.start(control);
    if (relay.connected) this.#relayReconciler.start();
  }

  /** True while the edge is connected. */
  get isReady(): boolean {
    return this.#signaling.connected;
  }

  /** To be called each time the edge's control is connected: it may be an edge that knows of no phone. */
  edgeControlConnected(): void {
    if (this.#isClosed) return;
    this.#edge.know(this.#options.inventory.peers);
    this.#edge.trust([...this.#registrar.sources, ...this.#trunks.sources]);
  }

  /** To be called each time the relay is connected: sessions and calls are compared. */
  relayConnected(): void {
    if (!this.#isClosed) this.#relayReconciler.start();
  }

  /** Takes what the relay tells unasked. */
  relayEvent(event: RelayEvent): void {
    takeRelayEvent(event, {
      wallMs: () => this.#options.clock.wallMs(),
      table: this.#table,
      features: this.#features,
      devices: this.#cti.devices,
    });
  }

  /** What of calls is recorded from now on; what is absent stays as it is. */
  applySettings(settings: Partial<RecordSettings>): void {
    this.#records.applySettings(settings);
  }

  /** Forgets what a source has got wrong, as the edge forgets a ban. */
  forgive(address: string): void {
    this.#authenticator.forgive(address);
  }

  metrics(): MetricSample[] {
    return [
      ...this.#counters.metrics(this.#table),
      ...this.#features.metrics(),
      ...this.#cti.metrics(),
      ...this.#registrar.counters(),
      ...this.#watched.metrics(),
      ...this.#messages.metrics(),
      this.#journal.metric,
      ...this.#toll.metrics(),
      ...this.#authenticator.counters(),
      ...this.#trunks.metrics(),
      ...this.#records.metrics(),
      {
        name: "tandem_queued_callers",
        type: "gauge",
        help: "Callers that wait in queues of hunt pilots",
        value: this.#features.queuedCount,
      },
      pendingMetric(this.#signaling),
    ];
  }

  /**
   * Takes up that devices of the inventory have changed. Calls that are up go on, also those of devices that are gone; what
   * such a device has registered or subscribed to ends.
   */
  inventoryChanged({ endedAors, endedDevices, havePeersChanged }: InventoryChange, touched: TouchedObjects): void {
    for (const aor of endedAors) this.#registrar.forget(aor);
    for (const device of endedDevices) this.#hints.forget(device);
    this.#watched.subscriptions.endOf(new Set(endedDevices));
    this.#emergency.renew();
    this.#cti.inventoryChanged(touched);
    this.#features.freed();
    if (!havePeersChanged) return;
    const { peers } = this.#options.inventory;
    this.#edge.know(peers);
    this.#trunks.apply(peers);
  }

  /** New calls get 503 from now on; those that are there go on. */
  drain(): void {
    this.#newCalls.draining = true;
  }

  /**
   * Ends every call and every registration with a trunk, for a node that goes down for good. New calls get 503.
   * Resolves when phones and trunks have answered, at the latest after `withinMs`.
   */
  async endCalls(withinMs: number): Promise<void> {
    this.drain();
    await Promise.all([this.#endSessions(withinMs), this.#trunks.leave(withinMs)]);
  }

  #endSessions(withinMs: number): Promise<void> {
    for (const session of this.#table.sessions) session.dispatch({ type: "hang-up", outcome: STOPPED });
    return this.#ledger.empty(this.#options.clock, withinMs);
  }

  /**
   * Stops without ending established calls: the next instance takes them over. Calls that are being set up end.
   * Resolves when all records are written. May be called twice.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#relayReconciler.stop();
    this.#edgeReconciler.stop();
    this.#features.close();
    this.#cti.close();
    this.#trunks.close();
    this.#signaling.close();
    for (const session of this.#table.sessions) session.loseEdge();
    for (const session of this.#table.sessions) session.stop();
    await this.#ledger.written();
    await this.#records.close();
    this.#journal.close();
    this.#toll.close();
    this.#watched.close();
    this.#registrar.close();
  }
}
