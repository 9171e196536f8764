import { InventoryError } from "../device/inventory-error.ts";
import type { Inventory } from "../device/inventory.ts";
import type { Peer } from "../device/peer.ts";
import type { SipPhone } from "../device/sip-phone.ts";
import type { Dialed } from "./dialed.ts";

/** Where emergency calls go, as configured. */
export interface EmergencySettings {
  /** Numbers that are emergency calls; the first is sent to a peer for `urn:service:sos`. At least one. */
  readonly numbers: readonly string[];
  /** Name of a peer, else the directory number of a phone. */
  readonly route: string;
}

/** Where emergency calls go. */
export interface EmergencyPlan {
  readonly numbers: ReadonlySet<string>;
  /** What is sent to a peer for a service, which has no digits. */
  readonly serviceNumber: string;
  readonly device: SipPhone | Peer;
}

/** @throws {InventoryError} `unknown-route` when there is neither such a peer nor such a phone */
export function emergencyPlan({ numbers, route }: EmergencySettings, inventory: Inventory): EmergencyPlan {
  const device = peerNamed(route, inventory) ?? inventory.phoneByNumber(route);
  if (device === undefined) {
    throw new InventoryError("unknown-route", `emergency calls lead to ${route}, which is no peer and no phone`, {
      route,
    });
  }
  return { numbers: new Set(numbers), serviceNumber: numbers[0] ?? "", device };
}

function peerNamed(name: string, inventory: Inventory): Peer | undefined {
  const device = inventory.deviceByName(name);
  return device?.kind === "peer" ? device : undefined;
}

/** True for `urn:service:sos`, its sub-services (RFC 5031) and the numbers of the plan, whatever host they have. */
export function isEmergency({ user, service }: Dialed, plan: EmergencyPlan | undefined): boolean {
  return service !== undefined || plan?.numbers.has(user) === true;
}
