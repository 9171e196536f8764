import type { RelayOptions } from "../../media/index.ts";
import type { SignalingSource } from "../signaling/signaling-port.ts";

/** The device at the other end of a leg, as the other party gets to see it. */
export interface LegDevice {
  readonly kind: "sip-phone" | "peer";
  readonly name: string;
  /** Octets, one character each, as everything that goes to SIP. */
  readonly number: string;
  readonly displayName?: string;
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

/** What a phone had registered as when the call began; it is known by that when it has connected anew. */
export interface LegRegistration {
  /** Of its REGISTERs. */
  readonly callId: string;
  /** RFC 5626 4.1. */
  readonly instance?: string;
}

/** One dialog with a device. Plain data; it goes into the journal with its call. */
export interface Leg {
  /** `<Call-ID>;from-tag=<tag of the initiator>`. */
  readonly dialogId: string;
  readonly sipCallId: string;
  readonly localTag: string;
  /** Empty until the device has answered anything. */
  remoteTag: string;
  readonly device: LegDevice;
  /** Where its requests come from. */
  source: SignalingSource;
  /** The URI of its Contact, as it said last. */
  contact?: string;
  /** Absent for a peer, and for a phone that called without having registered from there. */
  readonly registration?: LegRegistration;
  readonly latch: RelayOptions["latch"];
  readonly policy: SessionPolicy;
  allowsUpdate: boolean;
  session: AgreedSession | undefined;
}

/** Makes the wire's dialog id. */
export function dialogIdOf(sipCallId: string, initiatorTag: string): string {
  return `${sipCallId};from-tag=${initiatorTag}`;
}
