import { splitList, type SipMessage } from "../../../sip/message/index.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";

/** Warnings about session descriptions (RFC 3261 20.43). */
const TEXTS = new Map<number, string>([
  [300, "Incompatible network protocol"],
  [301, "Incompatible network address formats"],
  [302, "Incompatible transport protocol"],
  [303, "Incompatible bandwidth units"],
  [304, "Media type not available"],
  [305, "Incompatible media format"],
  [306, "Attribute not understood"],
  [307, "Session description parameter not understood"],
  [330, "Multicast not available"],
  [331, "Unicast not available"],
  [370, "Insufficient bandwidth"],
  [399, "The session description was not accepted"],
]);
const UNKNOWN = 399;
const MAX_WARNINGS = 4;

/** Codes of the warnings that a refusal has and that are about session descriptions, each once. */
export function warningCodes(message: SipMessage): readonly number[] {
  const codes = message
    .getAll("warning")
    .flatMap(splitList)
    .map((value) => Number(/^\s*(\d{3}) /.exec(value)?.[1]))
    .filter((code) => TEXTS.has(code));
  return [...new Set(codes)].slice(0, MAX_WARNINGS);
}

/** Why the last session description of a call was refused, until the one who is refused is told. */
export class RefusalWarning {
  #codes: readonly number[] = [];

  note(codes: readonly number[]): void {
    this.#codes = codes;
  }

  /**
   * The header of a refusal with `status`; none but for 488 and 606, which should have one (RFC 3261 21.4.26, 21.6.4).
   * Texts and agent are ours: those of the other party tell who it is.
   */
  take(status: number): HeaderList {
    const codes = this.#codes.length === 0 ? [UNKNOWN] : this.#codes;
    this.#codes = [];
    if (status !== 488 && status !== 606) return [];
    return codes.map((code) => ["Warning", `${code} tandem "${TEXTS.get(code) ?? ""}"`]);
  }
}
