import type { TollGuard, Transformation, TrunkRegistration } from "../../database/index.ts";
import type { SipProfile } from "./sip-profile.ts";

/** What a peer is told of callers. */
export interface CallerIdPolicy {
  /** How the caller's number is changed; absent: not at all. */
  readonly number?: Transformation | undefined;
  /** A number or SIP URI in the place of every caller's number; absent: their own. */
  readonly fixed?: string | undefined;
  /** Callers are anonymous (RFC 3323). */
  readonly withhold: boolean;
}

/** A neighbor (trunk, gateway, PBX) that is known by its address or certificate and calls without digest. */
export interface Peer {
  readonly kind: "peer";
  /** The device's name; unique among phones and peers. */
  readonly name: string;
  /** Literal IP addresses or CIDR blocks that its requests come from. */
  readonly addresses: readonly string[];
  /** Names in a verified certificate that it is known by, too; in lower case. Absent: none. */
  readonly certificateNames?: readonly string[];
  /** Where calls to it go, for example `sip:192.0.2.1:5060;transport=tcp`. */
  readonly uri: string;
  /** Dialed prefixes routed to it; the longest of all peers wins, "" takes what nothing else does. */
  readonly prefixes: readonly string[];
  readonly profile: SipProfile;
  /** Calls from and to it at a time; 1 and above. */
  readonly maxCalls: number;
  /** Its calls may go on to other peers; else they reach phones and services only. */
  readonly transit: boolean;
  /** It belongs to the trust domain (RFC 3325): what it asserts is believed, and it is told who calls. Absent: no. */
  readonly trusted?: boolean;
  /** The switch registers with it; absent: not. */
  readonly registration?: TrunkRegistration | undefined;
  /** What answers its digest challenges, sealed by the keeper of secrets; absent: they are not answered. */
  readonly sealedPassword?: string | undefined;
  /** Digest user name, unless its registration has one; absent: the registration's user, else its name. */
  readonly authUser?: string | undefined;
  /** Host in From, P-Asserted-Identity and the address of record; absent: ours, and the registrar's. */
  readonly fromDomain?: string | undefined;
  /** Seconds between OPTIONS; absent or 0: it is not asked, and counts as up. */
  readonly pingSeconds?: number | undefined;
  /** The nodes it is at home on, when this node is none of them; absent: it is at home here. */
  readonly homeElsewhere?: readonly string[] | undefined;
  /** Bounds of the calls that are sent to it, and of those that it sends through to other peers; absent: none. */
  readonly tollGuard?: TollGuard | undefined;
  /** Absent: it is told of callers what they are. */
  readonly callerId?: CallerIdPolicy | undefined;
  /** How numbers that it calls are changed before digit analysis; absent: not at all. */
  readonly inbound?: Transformation | undefined;
  /** How numbers that are sent to it are changed; absent: not at all. */
  readonly outbound?: Transformation | undefined;
}
