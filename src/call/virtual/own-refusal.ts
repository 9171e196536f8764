import type { CtiDeviceRequest } from "../../signals/index.ts";
import type { SipPhone } from "../device/index.ts";
import type { CtiAnswer } from "./offers.ts";
import { unknownPrompt } from "./switch-prompt.ts";

/** Why nobody may own a device as asked for; undefined: it may be owned so. */
export function ownRefusal(
  { name, cti }: SipPhone,
  { media }: Extract<CtiDeviceRequest, { readonly type: "own" }>,
  isSource: (name: string) => boolean,
): CtiAnswer | undefined {
  if (cti === undefined) return { ok: false, failure: "media-on-phone", detail: `${name} is a phone` };
  if (cti.isClosed) return { ok: false, failure: "device-restricted", detail: `${name} is closed to control` };
  const unknown = unknownPrompt(media, isSource);
  if (unknown === undefined) return undefined;
  return { ok: false, failure: "prompt-unknown", detail: `there is nothing to play that is called ${unknown}` };
}

/** An administrator has closed it to control. */
export function isClosed({ cti }: SipPhone): boolean {
  return cti === undefined || cti.isClosed || cti.isLineClosed;
}
