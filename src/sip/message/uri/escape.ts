import { HEX, isOf, URI_PARAM, USER } from "../grammar/characters.ts";

const HASH_CODE = 0x23;
const PERCENT_CODE = 0x25;

/**
 * Resolves the `%XX` escapes of a user part, one character per octet. What is no escape stays as it is.
 * @see RFC 3261 19.1.2
 */
export function unescapeUser(user: string): string {
  if (!user.includes("%")) return user;
  return user.replace(/%([0-9A-Fa-f]{2})/g, (_escape, digits: string) => String.fromCharCode(parseInt(digits, 16)));
}

/**
 * Writes any text as the user part of a URI: what may not stand there becomes `%XX`.
 * @param text one character per octet; characters above U+00FF make it be written in UTF-8
 * @see RFC 3261 25.1, user
 */
export function escapeUser(text: string): string {
  return escapeExcept(text, USER);
}

/** Writes any text as name or value of a URI parameter. */
export function escapeUriParam(text: string): string {
  return escapeExcept(text, URI_PARAM);
}

/** True when the text between two indexes consists of `%XX` and of characters of the class. */
export function isEscapedText(text: string, start: number, end: number, classes: number): boolean {
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (isOf(code, classes)) continue;
    if (code !== PERCENT_CODE || at + 2 >= end) return false;
    if (!isOf(text.charCodeAt(at + 1), HEX) || !isOf(text.charCodeAt(at + 2), HEX)) return false;
    at += 2;
  }
  return true;
}

function escapeExcept(text: string, classes: number): string {
  const octets = /[^\x00-\xff]/.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
  let escaped = "";
  for (let at = 0; at < octets.length; at += 1) {
    const code = octets.charCodeAt(at);
    if (isOf(code, classes) && code !== HASH_CODE) escaped += octets.charAt(at);
    else escaped += `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return escaped;
}
