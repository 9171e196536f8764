/**
 * Character classes of RFC 3261 section 25.1 as bits of a table, for text with one character per octet.
 * "Lenient" classes also take what fielded phones send and what cannot change the structure of a value.
 */

/** `token`: methods, header names, parameter names. */
export const TOKEN = 1;
/** A parameter value that is not quoted: `token / host`, lenient. `|` stays out: it separates fields of the wire protocol. */
export const PARAM_VALUE = 2;
/** `user` of a URI without escapes, and `#`, which phones send unescaped in star codes. */
export const USER = 4;
/** `password` of a URI without escapes. */
export const PASSWORD = 8;
/** `hostname` and IPv4 addresses, and `_`, which internal names have. */
export const HOST = 16;
/** `paramchar` of a URI without escapes. */
export const URI_PARAM = 32;
/** What may stand in a URI of any kind: visible ASCII without `<`, `>` and `"`. */
export const URI = 64;
/** `word` and `@` of a Call-ID, and the other visible ASCII characters except `,`, `;` and `|`. */
export const CALL_ID = 128;
/** Hexadecimal digits. */
export const HEX = 256;
/** What an IPv6 address may hold. */
export const ADDRESS = 512;
export const DIGIT = 1024;

export const SPACE_CODE = 0x20;
export const TAB_CODE = 0x09;

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UNRESERVED = `${LETTERS_AND_DIGITS}-_.!~*'()`;
const CLASSES = makeTable();

/** True when the octet belongs to one of the classes; false behind the end of a text (NaN). */
export function isOf(code: number, classes: number): boolean {
  return ((CLASSES[code] ?? 0) & classes) !== 0;
}

/** True when `text` is not empty and all of its characters belong to one of the classes. */
export function isAllOf(text: string, classes: number): boolean {
  return text.length > 0 && skipAllOf(text, 0, classes) === text.length;
}

/** The index of the first character at or behind `at` that belongs to none of the classes. */
export function skipAllOf(text: string, at: number, classes: number): number {
  const table = CLASSES;
  const { length } = text;
  let end = at;
  while (end < length && ((table[text.charCodeAt(end)] ?? 0) & classes) !== 0) end += 1;
  return end;
}

/** The index of the first character at or behind `at` that is neither space nor tab. */
export function skipSpace(text: string, at: number): number {
  let end = at;
  while (isSpace(text.charCodeAt(end))) end += 1;
  return end;
}

/** The index behind the last character before `end` that is neither space nor tab, not below `start`. */
export function trimSpaceEnd(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && isSpace(text.charCodeAt(last - 1))) last -= 1;
  return last;
}

export function isSpace(code: number): boolean {
  return code === SPACE_CODE || code === TAB_CODE;
}

function makeTable(): Uint16Array {
  const table = new Uint16Array(256);
  const add = (bit: number, characters: string): void => {
    for (let index = 0; index < characters.length; index += 1) {
      const code = characters.charCodeAt(index);
      table[code] = (table[code] ?? 0) | bit;
    }
  };
  add(TOKEN, `${LETTERS_AND_DIGITS}-.!%*_+\`'~`);
  add(USER, `${UNRESERVED}&=+$,;?/#`);
  add(PASSWORD, `${UNRESERVED}&=+$,`);
  add(HOST, `${LETTERS_AND_DIGITS}-._`);
  add(URI_PARAM, `${UNRESERVED}[]/:&+$`);
  add(HEX, "0123456789abcdefABCDEF");
  add(ADDRESS, "0123456789abcdefABCDEF:.");
  add(DIGIT, "0123456789");
  add(URI, visibleExcept('<>"'));
  add(CALL_ID, visibleExcept(",;|"));
  add(PARAM_VALUE, visibleExcept('<>",;|'));
  for (let code = 0x80; code <= 0xff; code += 1) table[code] = PARAM_VALUE;
  return table;
}

function visibleExcept(excluded: string): string {
  let characters = "";
  for (let code = 0x21; code <= 0x7e; code += 1) {
    const character = String.fromCharCode(code);
    if (!excluded.includes(character)) characters += character;
  }
  return characters;
}
