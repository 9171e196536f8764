import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ChannelClient, SwitchError, type Clock, type Logger, type MetricSample } from "../../common/index.ts";
import { CallManager, type EdgeControl, type EdgeDialogSummary } from "../../call/control/index.ts";
import { ConfiguredFeatures } from "../../call/device/index.ts";
import { EmbeddedRelay } from "../../media/relay/embedded/embedded-relay.ts";
import { FollowedInventory } from "../configuration/followed-inventory.ts";
import { openConfiguration, withoutSecrets } from "../configuration/open-configuration.ts";
import { ABSENT_WITH_DRACHTIO } from "../node/absent-with-drachtio.ts";
import { SecretBox } from "../secrets/secret-box.ts";
import { handleCallCommands } from "./call-commands.ts";
import {
  deviceFactsIn,
  handleRecordQuestions,
  openRecordTable,
  recordSettingsIn,
  recordsFile,
} from "./call-records.ts";
import { handleCtiBus } from "./cti-bus.ts";
import { handleCtiCommands } from "./cti-commands.ts";
import { handleCtiDevices } from "./cti-devices.ts";
import { handleCtiQuality } from "./cti-quality.ts";
import { handleLampRequests } from "./lamp-requests.ts";
import { handleStateQuestions } from "./live-states.ts";
import { RelayMusic } from "./relay-music.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";

/** How long readiness waits for edge and relay; without them new calls get 503, but others can go on. */
const READY_DEADLINE_MS = 10_000;
/** How long ended calls have to be taken leave of. */
const LEAVE_MS = 2_000;

/** Ended calls that are shown. */
const ENDED_CALLS = 20;

/** Call control as a service. */
export function createCallManagerPart(context: ServiceContext): ServicePart {
  const { node, paths, clock, ids, logger, channel } = context;
  const { drachtio } = node;
  const edgeChannel =
    drachtio === undefined
      ? new ChannelClient({
          path: paths.socket("edge"),
          clock,
          logger,
          onConnected: () => manager.edgeControlConnected(),
        })
      : undefined;
  const ready = new Readiness(clock);
  const relay = new EmbeddedRelay({
    path: paths.socket("media"),
    clock,
    logger,
    onEvent: (event) => manager.relayEvent(event),
    onConnected: () => {
      manager.relayConnected();
      music.tell();
      ready.mark("relay");
    },
  });
  const store = openConfiguration(paths, clock, withoutSecrets(node.realm));
  const followed = new FollowedInventory({
    store,
    realm: node.realm,
    node: node.name,
    profiles: new Map(node.profiles.map((profile) => [profile.name, profile])),
    clock,
    logger,
    onChanged: (touched, change) => {
      manager.inventoryChanged(change, touched);
      if (touched.has("directory-number")) manager.lamps.prune();
      if (touched.has("music-source")) music.tell();
      if (touched.has("service-parameter")) manager.applySettings(recordSettingsIn(followed.parameters));
    },
  });
  const music = new RelayMusic({
    relay,
    sources: () => followed.features.musicSources(),
    folder: paths.dataDir,
    logger,
  });
  const featureStore = new ConfiguredFeatures({ store, clock, logger, onChanged: () => followed.look() });
  const manager = new CallManager({
    edge: drachtio ?? { ...node.wire, secret: readFileSync(paths.wireSecretFile, "utf8").trim() },
    ...(edgeChannel === undefined ? {} : { edgeControl: edgeControlOver(edgeChannel) }),
    inventory: followed.inventory,
    configuration: followed.mirror,
    profiles: node.profiles,
    dialPlan: () => followed.dialPlan,
    features: { settings: followed.features, store: featureStore, refresh: () => followed.refresh() },
    relay,
    clock,
    ids,
    logger,
    paths: {
      calls: join(paths.stateDir, "calls.journal"),
      registrations: join(paths.stateDir, "registrations.journal"),
      subscriptions: join(paths.stateDir, "subscriptions.journal"),
      lamps: join(paths.stateDir, "lamps.journal"),
      tolls: join(paths.stateDir, "tolls.journal"),
      trunks: join(paths.stateDir, "trunks.journal"),
      records: recordsFile(paths),
    },
    secrets: new SecretBox(paths.secretKey),
    node: node.name,
    newCallAcceptSeconds: () => followed.parameters.number("CTINewCallAcceptTimer"),
    recordSettings: recordSettingsIn(followed.parameters),
    recordTable: openRecordTable(paths, clock, logger),
    hasLine: (line) => followed.mirror.get("directory-number", line) !== undefined,
    deviceFacts: (device) => deviceFactsIn(followed.mirror, device),
    settings: { ...node.call, endpoints: new Map(Object.entries(node.call.endpoints)) },
    onReady: () => ready.mark("edge"),
  });
  channel.handle("configuration-changed", async () => ({ sequence: await followed.refresh() }));
  channel.handle("calls", () => manager.views.calls());
  channel.handle("registrations", () => manager.views.registrations());
  channel.handle("trunks", () => manager.views.trunkStates());
  channel.handle("forgive", (params) => manager.forgive(textIn(params, "address")));
  channel.handle("toll-alarms", () => manager.views.tollAlarms());
  channel.handle("ended-calls", () => manager.views.endedCalls(ENDED_CALLS));
  handleRecordQuestions(channel, manager);
  handleCallCommands(channel, manager);
  handleStateQuestions(channel, manager, followed.mirror);
  const ctiBus = handleCtiBus(channel, manager.cti.feed, (count) => manager.cti.devices.managers(count));
  handleCtiDevices(channel, manager.cti.devices, ctiBus);
  handleCtiCommands(channel, manager.cti.commands, ctiBus);
  handleCtiQuality(channel, () => manager.views);
  handleLampRequests(channel, manager.lamps, followed.mirror);
  channel.handle("dial-plan-explain", (params) =>
    manager.views.explainDialPlan(textIn(params, "from"), textIn(params, "digits")),
  );
  channel.handle("trace-call", async (params) => {
    const callId = textIn(params, "callId");
    const subject = await manager.views.callSubject(callId);
    if (subject === undefined) throw new SwitchError("unknown-call", `no call ${callId} goes on or has ended lately`);
    return subject;
  });
  channel.handle("trace-device", (params) => {
    const device = textIn(params, "device");
    const subject = manager.views.deviceSubject(device);
    if (subject === undefined) throw new SwitchError("unknown-device", `no phone and no peer has the name ${device}`);
    return subject;
  });
  return {
    start: async () => {
      if (drachtio !== undefined) {
        const { host, port } = drachtio;
        logger.warn("a drachtio server is the SIP edge", { host, port, absent: ABSENT_WITH_DRACHTIO });
      }
      edgeChannel?.start();
      relay.start();
      manager.start();
      manager.cti.devices.start();
      await ready.reached(logger);
    },
    close: async (purpose) => {
      if (purpose !== "restart") await manager.endCalls(LEAVE_MS);
      await manager.close();
      relay.close();
      edgeChannel?.close();
      followed.close();
      store.close();
    },
    metrics: () => [
      ...manager.metrics(),
      connectedGauge("edge", manager.isReady),
      connectedGauge("media", relay.connected),
    ],
    status: () => ({
      connectedToEdge: manager.isReady,
      ...(drachtio === undefined ? {} : { drachtio: `${drachtio.host}:${drachtio.port}` }),
      connectedToMedia: relay.connected,
      configuration: followed.mirror.sequence,
      calls: manager.views.calls().length,
    }),
  };
}

/** @throws {SwitchError} `bad-params` */
function textIn(params: unknown, key: string): string {
  const value = ((params ?? {}) as Readonly<Record<string, unknown>>)[key];
  if (typeof value !== "string" || value === "") throw new SwitchError("bad-params", `expected {${key}}`);
  return value;
}

/** Resolves when edge and relay have been connected, or when that takes too long. */
class Readiness {
  readonly #missing = new Set(["edge", "relay"]);
  readonly #clock: Clock;
  #wake: () => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  mark(part: string): void {
    this.#missing.delete(part);
    if (this.#missing.size === 0) this.#wake();
  }

  async reached(logger: Logger): Promise<void> {
    if (this.#missing.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(READY_DEADLINE_MS, () => {
        logger.warn("call control starts without", { missing: [...this.#missing] });
        resolve();
      });
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function edgeControlOver(channel: ChannelClient): EdgeControl {
  return {
    listDialogs: async () => (await channel.request("dialogs")) as readonly EdgeDialogSummary[],
    endDialog: async (dialogId, reason) => {
      await channel.request("end-dialog", { dialogId, reason });
    },
    ban: async (address) => {
      await channel.request("ban", { address });
    },
    know: async (neighbors) => {
      await channel.request("know", neighbors);
    },
    trust: async (addresses) => {
      await channel.request("trust", { addresses });
    },
    reportDelay: async (delayMs) => {
      await channel.request("delay", { delayMs });
    },
  };
}

function connectedGauge(service: string, isConnected: boolean): MetricSample {
  return {
    name: "tandem_callmanager_connected",
    type: "gauge",
    help: "1 while call control is connected to the service",
    labels: { service },
    value: isConnected ? 1 : 0,
  };
}
