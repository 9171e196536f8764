import { isMatch } from "./name-pattern.ts";

/** Which numbers somebody may have to do with: none that `deny` matches, and where there is `allow` only what that matches. */
export interface NumberScope {
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
}

/** @param number as dialed: digits, or a SIP URI. In patterns `*` stands for any characters, or none. */
export function isNumberAllowed({ allow, deny = [] }: NumberScope, number: string): boolean {
  if (deny.some((pattern) => spellingsOf(number).some((each) => isMatch(pattern, each)))) return false;
  return allow === undefined || allow.some((pattern) => isMatch(pattern, number));
}

/** What is dialed, and what it comes to where it is a URI: its user part leads where the same digits do. */
function spellingsOf(number: string): readonly string[] {
  const [, inSip, inTel] = /^(?:sips?:([^@]*)@|tel:(.*))/i.exec(number) ?? [];
  const user = inSip ?? inTel;
  if (user === undefined) return [number];
  const plain = user.replaceAll(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const [digits = ""] = plain.split(/[;:]/, 1);
  return [number, plain, digits, digits.replaceAll(/[-.()]/g, "")];
}
