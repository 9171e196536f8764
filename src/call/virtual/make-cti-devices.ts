import type { CallManagerOptions } from "../control/call-manager-options.ts";
import type { EntryStore } from "../control/call-journal.ts";
import type { CallTable } from "../control/call-table.ts";
import type { CallFeatures } from "../control/features/call-features.ts";
import type { Registrar } from "../registrar/index.ts";
import type { CtiSignal } from "../../signals/index.ts";
import type { Leg } from "../control/leg.ts";
import type { CallSession } from "../control/call-session.ts";
import type { ModelEvent, World } from "../model/index.ts";
import { CtiDevices } from "./cti-devices.ts";
import type { CtiDeviceEvents } from "./cti-devices-options.ts";
import { LostCalls, type TalkingCall } from "./lost-calls.ts";
import { SwitchMedia } from "./switch-media.ts";
import { mediaView } from "./media-views.ts";
import { movedLegs } from "./moved-legs.ts";

export interface CtiParts {
  readonly options: CallManagerOptions;
  readonly table: CallTable;
  readonly registrar: Registrar;
  readonly store: EntryStore;
  readonly features: () => Pick<CallFeatures, "world" | "command" | "happened">;
  /** Tells CTIManagers. */
  readonly tell: (signal: CtiSignal) => void;
  /** A device is opened, or is so no more. */
  readonly onDevice: (device: string) => void;
}

const usualAcceptSeconds = (): number => 4;

/** Devices of applications, over what call control has. */
export function makeCtiDevices({ options, table, registrar, store, features, tell, onDevice }: CtiParts): CtiDevices {
  const { clock, ids, logger, inventory, newCallAcceptSeconds = usualAcceptSeconds } = options;
  // One that is being answered is not a party of the call yet.
  const callOf = (leg: Leg): string | undefined => {
    const { legs, sessions } = features().world;
    return legs.get(leg.localTag)?.callId ?? sessions.get(table.findLeg(leg.dialogId)?.session.callId ?? "")?.callId;
  };
  const callsOf = (device: string): readonly TalkingCall[] =>
    talkingCalls(table.sessionsOf(device), device, features().world);
  const lost = new LostCalls({
    clock,
    inventory,
    store,
    callsOf,
    command: (command) => features().command(command),
    forward: (legId, to, space) =>
      features().happened({
        type: "owner-lost",
        legId,
        to,
        ...(space === undefined ? {} : { callingSearchSpace: space }),
      }),
  });
  const devices = new CtiDevices({
    clock,
    ids,
    logger,
    inventory,
    table,
    store,
    acceptSeconds: newCallAcceptSeconds,
    lost,
    callsOf,
    callOf,
    movedLegs: (effects) => movedLegs(effects, features().world, table),
    isUp: (leg) => features().world.legs.get(leg.localTag)?.isUp === true,
    media: new SwitchMedia(options.relay, logger),
    isSource: (name) => options.configuration?.get("music-source", name) !== undefined,
    registered: (phone) => registrar.lookup(phone.aor),
    events: ctiEvents(
      {
        tell,
        onDevice,
        wantRoute: (event) => features().happened(event),
        callOf,
      },
      table,
    ),
  });
  return devices;
}

interface Naming extends Pick<CtiParts, "tell" | "onDevice"> {
  readonly wantRoute: (event: Extract<ModelEvent, { type: "route-request" }>) => void;
  readonly callOf: (leg: Leg) => string | undefined;
}

/** What happens at the devices, as CTIManagers are told it. */
function ctiEvents({ tell, onDevice, wantRoute, callOf }: Naming, table: CallTable): CtiDeviceEvents {
  return {
    onRouteWanted: ({ device, sessionId }, selectMs) => {
      const address = table.get(sessionId)?.leg("caller")?.source.address ?? "";
      const from = address === "" ? {} : { callerAddress: address };
      wantRoute({ type: "route-request", sessionId, device, selectMs, ...from });
    },
    onMediaWanted: (leg) => {
      const callId = callOf(leg);
      if (callId !== undefined) tell({ kind: "media", media: { callId, device: leg.device.name, moment: "wanted" } });
    },
    onAudio: (leg, moment, terminal, audio) => {
      const media = mediaView(leg.device.name, moment, terminal, audio);
      if (media !== undefined) tell({ kind: "media", media });
    },
    onDigits: (leg, digits) => {
      const callId = callOf(leg);
      if (callId !== undefined) tell({ kind: "digits", callId, device: leg.device.name, digits });
    },
    onDevice,
  };
}

/** The established calls of a device that ends in call control. */
function talkingCalls(sessions: readonly CallSession[], device: string, { legs }: World): readonly TalkingCall[] {
  return sessions.flatMap((session) => {
    if (session.call.state !== "established") return [];
    return session.legs.flatMap((leg): TalkingCall[] => {
      const known = legs.get(leg.localTag);
      if (leg.cti === undefined || leg.device.name !== device || known === undefined) return [];
      const isExternal = session.legs.some((other) => other !== leg && other.device.kind === "peer");
      return [{ legId: leg.localTag, callId: known.callId, number: leg.device.number, isExternal }];
    });
  });
}
