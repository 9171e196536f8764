import { isPrivate } from "../../identity/privacy.ts";
import type { Address, LegFacts, Place } from "../../model/index.ts";
import type { Leg, LegDevice } from "../leg.ts";

/** Name of a leg in the model: the tag that we have given it. */
export function legIdOf({ localTag }: Pick<Leg, "localTag">): string {
  return localTag;
}

export function addressOf({ number, line, displayName, privacy = [] }: LegDevice): Address {
  return {
    number,
    ...(line === undefined ? {} : { line }),
    ...(displayName === undefined ? {} : { name: displayName }),
    ...(isPrivate(privacy) ? { isNumberHidden: true, isNameHidden: true } : {}),
  };
}

export function legFactsOf(leg: Leg): LegFacts {
  const { device } = leg;
  return {
    legId: legIdOf(leg),
    kind: device.kind === "peer" ? "trunk" : "phone",
    device: device.name,
    address: addressOf(device),
  };
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
