import type { PartyView } from "../../signals/index.ts";
import type { Address } from "../model/index.ts";

/** What is known of parties beside calls. */
export interface PartyBook {
  /** `+` and digits of a number; undefined: the numbering plan does not tell. */
  e164Of(number: string): string | undefined;
  /** Language of a line's names (BCP 47); undefined: it is not said. */
  localeOf(line: string): string | undefined;
}

const BEYOND_ASCII = /[\u0080-\u00ff]/;

/** A party as applications are shown it. */
export function partyView({ number, line, name, isNumberHidden, isNameHidden }: Address, book: PartyBook): PartyView {
  const view: { -readonly [Key in keyof PartyView]: PartyView[Key] } = { number: unicode(number) };
  if (line !== undefined) view.line = unicode(line);
  if (name !== undefined) {
    view.name = unicode(name);
    const locale = line === undefined ? undefined : book.localeOf(line);
    if (locale !== undefined) view.locale = locale;
  }
  if (isNumberHidden === true) view.isNumberHidden = true;
  if (isNameHidden === true) view.isNameHidden = true;
  const e164 = book.e164Of(view.number);
  if (e164 !== undefined) view.e164 = e164;
  return view;
}

/** Inside call control text has an octet of UTF-8 in each character, as SIP has it. */
export function unicode(octets: string): string {
  return BEYOND_ASCII.test(octets) ? Buffer.from(octets, "latin1").toString("utf8") : octets;
}

export function isSameParty(one: PartyView | undefined, other: PartyView | undefined): boolean {
  return (
    one === other ||
    (one?.number === other?.number &&
      one?.line === other?.line &&
      one?.name === other?.name &&
      one?.locale === other?.locale &&
      one?.isNumberHidden === other?.isNumberHidden &&
      one?.isNameHidden === other?.isNameHidden &&
      one?.e164 === other?.e164)
  );
}
