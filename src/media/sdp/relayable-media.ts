import { isIP } from "node:net";
import type { MediaDescription } from "./session-description.ts";

/**
 * True for a stream that a relay of the address family of `relayAddress` can pass on: RTP audio or video, plain or
 * with keys in the SDP (RFC 4568). DTLS-SRTP is none, since its handshake is bound to ICE and fingerprints, which end
 * here.
 */
export function isRelayable(media: MediaDescription, relayAddress: string): boolean {
  if (media.port === 0 || media.portCount !== 1 || media.address === undefined) return false;
  if (media.type !== "audio" && media.type !== "video") return false;
  if (isIP(media.address) !== isIP(relayAddress)) return false;
  if (media.protocol === "RTP/SAVP" || media.protocol === "RTP/SAVPF") return media.hasCrypto;
  return media.protocol === "RTP/AVP" || media.protocol === "RTP/AVPF";
}
