import { withMore } from "../../../common/index.ts";
import { isPrivate } from "../../identity/privacy.ts";
import type {
  Address,
  LegFacts,
  ModelEffect,
  Party,
  Place,
  RestoredLeg,
  RestoredSession,
  Side,
} from "../../model/index.ts";
import type { CallSession } from "../session/call-session.ts";
import type { Leg, LegDevice } from "../leg/leg.ts";
import { isEncrypted } from "./is-encrypted.ts";

/** Name of a leg in the model: the tag that we have given it. */
export function legIdOf({ localTag }: Pick<Leg, "localTag">): string {
  return localTag;
}

export function addressOf({ number, line, displayName, privacy }: LegDevice): Address {
  const address: { -readonly [Key in keyof Address]: Address[Key] } = { number };
  if (line !== undefined) address.line = line;
  if (displayName !== undefined) address.name = displayName;
  if (privacy === undefined || !isPrivate(privacy)) return address;
  address.isNumberHidden = true;
  address.isNameHidden = true;
  return address;
}

/** @param party absent: nothing is agreed on yet */
export function legFactsOf(leg: Leg, party?: Party): LegFacts {
  const { device } = leg;
  return {
    legId: legIdOf(leg),
    kind: device.kind === "peer" ? "trunk" : "phone",
    device: device.name,
    address: addressOf(device),
    ...(party !== undefined && isEncrypted(party) ? { isEncrypted: true } : {}),
  };
}

/** A session as the model takes it up again; undefined: it is not up. */
export function restoredSessionOf(session: CallSession): RestoredSession | undefined {
  const { callId: sessionId, call, endpoint, progress } = session;
  const caller = restoredLegOf(session, "caller");
  if (call.state !== "established" || caller === undefined) return undefined;
  const callee = restoredLegOf(session, "callee");
  return {
    sessionId,
    caller,
    ...(callee === undefined ? {} : { callee }),
    ...(endpoint === undefined ? {} : { endpoint }),
    called: progress.calledNumber,
  };
}

function restoredLegOf(session: CallSession, side: Side): RestoredLeg | undefined {
  const leg = session.leg(side);
  return leg === undefined
    ? undefined
    : withMore(legFactsOf(leg, session.call[side]), { isHolding: session.call[side].isHolding });
}

/** Devices that are rung, by their lines. */
export function placesOf(devices: readonly LegDevice[]): readonly Place[] {
  const places = new Map<string, { readonly kind: Place["kind"]; readonly address: Address; devices: string[] }>();
  for (const device of devices) {
    const key = device.line ?? `${device.name} ${device.number}`;
    const known = places.get(key);
    if (known === undefined) {
      const kind = device.kind === "peer" ? "trunk" : "phone";
      places.set(key, { kind, address: addressOf(device), devices: [device.name] });
    } else if (!known.devices.includes(device.name)) known.devices.push(device.name);
  }
  return [...places.values()];
}

/** Who is shown as the caller of a call of the switch. */
export function shownBy(
  as: LegDevice,
  { callingNumber: number }: Extract<ModelEffect, { type: "originate" }>,
): LegDevice {
  return number === undefined ? as : { ...as, number };
}
