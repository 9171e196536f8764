import type { RelayOptions } from "../../media/index.ts";
import type { Privacy } from "../identity/privacy.ts";
import type { SignalingSource } from "../signaling/signaling-port.ts";
import type { DialogAbilities } from "./capabilities.ts";

/** The device at the other end of a leg, as the other party gets to see it. */
export interface LegDevice {
  readonly kind: "sip-phone" | "peer";
  readonly name: string;
  /** Octets, one character each, as everything that goes to SIP. */
  readonly number: string;
  readonly displayName?: string;
  /** What it wants the other to know of it (RFC 3323); absent: nothing is asked. */
  readonly privacy?: Privacy;
}

/** What a device's profile says about its sessions. */
export interface SessionPolicy {
  /** Interval that we ask for; 0 for none. */
  readonly expiresSeconds: number;
  readonly minSeconds: number;
}

/** An agreed session timer (RFC 4028); the edge refreshes and expires it. */
export interface AgreedSession {
  readonly seconds: number;
  readonly refresher: "local" | "remote";
}

/** One dialog with a device. Plain data; it goes into the journal with its call. */
export interface Leg extends DialogAbilities {
  /** `<Call-ID>;from-tag=<tag of the initiator>`. */
  readonly dialogId: string;
  readonly sipCallId: string;
  readonly localTag: string;
  /** Empty until the device has answered anything. */
  remoteTag: string;
  readonly device: LegDevice;
  /** Where its requests come from. */
  source: SignalingSource;
  readonly latch: RelayOptions["latch"];
  readonly policy: SessionPolicy;
  session: AgreedSession | undefined;
}

/** Makes the wire's dialog id. */
export function dialogIdOf(sipCallId: string, initiatorTag: string): string {
  return `${sipCallId};from-tag=${initiatorTag}`;
}
