import { SIP_HEADER_NAME, SIP_HEADER_VALUE, type SipHeader } from "../../signals/index.ts";
import { CtiError } from "../cti-error.ts";

/** Header fields in parameters, and where they stand, such as `/headers`. */
export type PlacedHeaders = readonly [path: string, headers: readonly SipHeader[] | undefined];

/**
 * Whether header fields may be sent. Their lengths and number are judged by the schema.
 * @throws {CtiError} `validation-header`
 */
export function checkHeaders([path, headers = []]: PlacedHeaders): void {
  const names = new Set<string>();
  for (const [place, { name, value }] of headers.entries()) {
    const canonical = name.toLowerCase();
    if (!SIP_HEADER_NAME.test(name)) {
      throw refused(`${path}/${place}/name`, "expected X- and a token, and neither X-Tandem- nor X-AutoAnswer");
    }
    if (names.has(canonical)) throw refused(`${path}/${place}/name`, "the name is there twice");
    if (!SIP_HEADER_VALUE.test(value)) {
      throw refused(
        `${path}/${place}/value`,
        "expected text without control characters, and without a space at either end",
      );
    }
    names.add(canonical);
  }
}

function refused(path: string, problem: string): CtiError {
  return new CtiError("validation-header", `${path}: ${problem}`, { path });
}
