import type { SipPhone } from "../device/index.ts";
import type { Binding } from "../registrar/index.ts";
import type { MediaRegistration } from "../../signals/index.ts";

/** No URI that a SIP element would send anything to: requests to it stay in call control. */
const SCHEME = "cti:";
/** Ends the URI of a device whose application takes no media: no call is answered there. */
const NO_MEDIA = ";media=none";

/** @param device name of a CTI port or route point */
export function ctiContact(device: string, mode: MediaRegistration["mode"]): string {
  return SCHEME + device + (mode === "none" ? NO_MEDIA : "");
}

export function isCtiContact(uri: string): boolean {
  return uri.startsWith(SCHEME);
}

/** Whom calls are offered there has no use for a session description. */
export function isContactWithoutMedia(uri: string): boolean {
  return isCtiContact(uri) && uri.endsWith(NO_MEDIA);
}

/** Name of the device; undefined: it is no such contact. */
export function deviceOfContact(uri: string | undefined): string | undefined {
  if (uri === undefined || !isCtiContact(uri)) return undefined;
  return uri.slice(SCHEME.length, uri.endsWith(NO_MEDIA) ? -NO_MEDIA.length : undefined);
}

/** Where calls reach a device that an application has opened. */
export function ctiBinding({ aor, name }: SipPhone, { mode }: MediaRegistration): Binding {
  const uri = ctiContact(name, mode);
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
