import type { SipPhone } from "../device/index.ts";
import type { Binding } from "../registrar/index.ts";

/** No URI that a SIP element would send anything to: requests to it stay in call control. */
const SCHEME = "cti:";

/** @param device name of a CTI port or route point */
export function ctiContact(device: string): string {
  return SCHEME + device;
}

export function isCtiContact(uri: string): boolean {
  return uri.startsWith(SCHEME);
}

/** Name of the device; undefined: it is no such contact. */
export function deviceOfContact(uri: string | undefined): string | undefined {
  return uri?.startsWith(SCHEME) === true ? uri.slice(SCHEME.length) : undefined;
}

/** Where calls reach a device that an application has opened. */
export function ctiBinding({ aor, name }: SipPhone): Binding {
  const uri = ctiContact(name);
  return {
    aor,
    contactUri: uri,
    callId: name,
    cseq: 1,
    q: 1,
    expiresAtMs: Number.MAX_SAFE_INTEGER,
    refreshedAtMs: 0,
    source: { protocol: "cti", address: "", port: 0 },
    targetUri: uri,
  };
}
