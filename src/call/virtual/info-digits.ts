import type { Body } from "../signaling/signaling-port.ts";

const MAX_DIGITS = 32;

/** The digits of an INFO, as most phones send it: `application/dtmf-relay` (`Signal=5`) or `application/dtmf`; "" for none. */
export function digitsOf({ contentType, text }: Body): string {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase();
  if (type === "application/dtmf-relay")
    return digit(/^[ \t]*Signal[ \t]*=[ \t]*(\S{1,2})[ \t]*\r?$/im.exec(text)?.[1]);
  if (type !== "application/dtmf") return "";
  const digits = text.trim();
  return digits.length <= MAX_DIGITS && /^[0-9A-D*#]+$/i.test(digits) ? digits.toUpperCase() : "";
}

/** RFC 4733 3.2: 10 and above are the keys beside the digits. */
function digit(signal: string | undefined): string {
  if (signal === undefined) return "";
  if (/^[0-9A-D*#]$/i.test(signal)) return signal.toUpperCase();
  return { "10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D" }[signal] ?? "";
}
