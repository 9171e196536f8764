import type { AgreedAudio, AudioTerminal, RelayEndpoint, RelayOptions } from "../../media/index.ts";
import type { Privacy } from "../identity/privacy.ts";
import type { SignalingSource } from "../signaling/signaling-port.ts";
import type { DialogAbilities } from "./capabilities.ts";

/** The device at the other end of a leg, as the other party gets to see it. */
export interface LegDevice {
  readonly kind: "sip-phone" | "peer";
  readonly name: string;
  /** Octets, one character each, as everything that goes to SIP. */
  readonly number: string;
  /** The phone's line, such as `1001@internal`; absent for peers, and in what older versions have recorded. */
  readonly line?: string;
  readonly displayName?: string;
  /** What it wants the other to know of it (RFC 3323); absent: nothing is asked. */
  readonly privacy?: Privacy;
  /** Its number is a claim that nobody answers for (RFC 3325 5); absent: it is configured or asserted. */
  readonly isUnproven?: boolean;
}

/** What a device's profile says about its sessions. */
export interface SessionPolicy {
  /** Interval that we ask for; 0 for none. */
  readonly expiresSeconds: number;
  readonly minSeconds: number;
  /** The other end is asked to refresh: it challenges, and what the edge sends by itself has no credentials. Absent: no. */
  readonly isRemoteToRefresh?: true;
}

/** An agreed session timer (RFC 4028); the edge refreshes and expires it. */
export interface AgreedSession {
  readonly seconds: number;
  readonly refresher: "local" | "remote";
}

/** What is known of a leg's dialog, beside its identity, so that an edge can go on with it that does not know it. */
export interface LegDialog {
  role: "uac" | "uas";
  /** Values of From and To in requests of ours, tags included. */
  readonly local: string;
  readonly remote: string;
  /** The highest that is known to have been used; the edge may have used higher ones. */
  localCseq: number;
  /** -1: none was seen. */
  remoteCseq: number;
  inviteCseq: number;
  remoteTarget: string;
  readonly routeSet: readonly string[];
  /** URI of the address that the device sends from, where that is not its contact's. */
  nextHop?: string;
  /**
   * `unsure`: the edge may have lost the dialog since it was last used; `lost`: it has, or has it for an application
   * that is gone, and cannot be told. Absent: it knows it.
   */
  standing?: "unsure" | "lost";
  /** The memory of the edge that has it; absent: not known. */
  edgeMemory?: string | undefined;
}

/** What a phone had registered as when the call began; it is known by that when it has connected anew. */
export interface LegRegistration {
  /** Of its REGISTERs. */
  readonly callId: string;
  /** RFC 5626 4.1. */
  readonly instance?: string;
}

/** Where the media of an application's device ends, and what of it goes on. Plain data; it goes into the journal with its leg. */
export interface CtiLeg {
  /** `switch`: in the media service. */
  readonly terminal: AudioTerminal | "switch";
  /** What that plays; absent: silence. */
  readonly prompt?: RelayEndpoint;
  /** What was agreed on last; absent: nothing, or it ends in the media service. */
  readonly audio?: AgreedAudio;
  /** The call that the application was told of it in. */
  readonly callId?: string;
}

/** One dialog with a device. Plain data; it goes into the journal with its call. */
export interface Leg extends DialogAbilities {
  /** `<Call-ID>;from-tag=<tag of the initiator>`; a stock server that has lost it gives it another. */
  dialogId: string;
  readonly sipCallId: string;
  readonly localTag: string;
  /** Empty until the device has answered anything. */
  remoteTag: string;
  readonly device: LegDevice;
  /** Where its requests come from. */
  source: SignalingSource;
  /** Absent for a peer, and for a phone that called without having registered from there. */
  readonly registration?: LegRegistration;
  readonly latch: RelayOptions["latch"];
  readonly policy: SessionPolicy;
  /** There is no dialog: it stands for the caller in a call of the switch, until somebody answers. Absent: there is one. */
  readonly isVirtual?: true;
  /** Of the caller in an emergency: what regions say of codecs must not end the call. Absent: no. */
  readonly takesAnyCodec?: boolean;
  /** The device is one of an application: the dialog ends in call control, and no edge has it. Absent: it does not. */
  cti?: CtiLeg;
  session: AgreedSession | undefined;
  /** Absent until the dialog is confirmed, and in what older versions have recorded. */
  dialog?: LegDialog;
}

/** Names the trunk that a request goes to, so that its challenges are answered; nothing for a phone. */
export function trunkOf({ kind, name }: Pick<LegDevice, "kind" | "name">): { readonly trunk?: string } {
  return kind === "peer" ? { trunk: name } : {};
}

/** Makes the wire's dialog id. */
export function dialogIdOf(sipCallId: string, initiatorTag: string): string {
  return `${sipCallId};from-tag=${initiatorTag}`;
}
