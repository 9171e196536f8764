import type { Party } from "../../model/index.ts";

/** A stream by SAVP, or keys of RFC 4568 also where the profile is AVP. */
const ENCRYPTED = /^(?:m=\S+ [1-9]\d* \S*SAVP|a=crypto:)/m;

/** True when encrypted media were agreed on with a party: both descriptions say so. */
export function isEncrypted({ localSdp, remoteSdp }: Party): boolean {
  return [localSdp, remoteSdp].every((sdp) => sdp !== undefined && ENCRYPTED.test(sdp));
}
