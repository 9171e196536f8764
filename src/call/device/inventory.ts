import type { LineForwarding } from "./line-forwarding.ts";
import type { Peer } from "./peer.ts";
import type { SipPhone } from "./sip-phone.ts";

/** The phones and peers of a node. Every look-up is bounded whatever the input. */
export interface Inventory {
  readonly realm: string;
  /** All lines of all devices. */
  readonly phones: readonly SipPhone[];
  readonly peers: readonly Peer[];
  /** Some phone's credentials without qop are taken (RFC 2069). */
  readonly hasLegacyDigest: boolean;
  /** By digest user name, exact: the first line of the device. */
  phoneByUser(user: string): SipPhone | undefined;
  /** By directory number, exact, whatever its partition: the first device that has it. */
  phoneByNumber(directoryNumber: string): SipPhone | undefined;
  /** The devices that have a directory number (`1001@internal`), each with this line. */
  phonesByLine(line: string): readonly SipPhone[];
  /** The first line that has the address of record. */
  phoneByAor(aor: string): SipPhone | undefined;
  /** All lines of a device, the first one first; none for what is no phone. */
  linesOf(device: string): readonly SipPhone[];
  /** The line of a device that has a number; the first one where it stands in several partitions. */
  lineOf(device: string, directoryNumber: string): SipPhone | undefined;
  /** A peer, or the first line of a phone. */
  deviceByName(name: string): SipPhone | Peer | undefined;
  /** By source address (literal IPv4, IPv6 or IPv4-mapped); the longest matching prefix wins. */
  peerByAddress(address: string): Peer | undefined;
  /** By names in a certificate that the edge has verified; the first that is a peer's wins. */
  peerByCertificate(names: readonly string[]): Peer | undefined;
  /** By host of a SIP URI: one of its addresses, or the host of the peer's own URI (case does not matter). */
  peerByHost(host: string): Peer | undefined;
  /** The peers with a prefix of `number`, longest prefix first; one with several is there for each. */
  peersByPrefix(number: string): readonly Peer[];
  /**
   * Encoding names that two devices may use in calls with each other, the preferred one first; an empty list: there is no
   * such one. Undefined: any.
   */
  codecsBetween(caller: string, callee: string): readonly string[] | undefined;
  /** Where calls of a directory number (`1001@internal`) go instead; undefined: nowhere, or there is no such number. */
  forwardingOf(line: string): LineForwarding | undefined;
}
