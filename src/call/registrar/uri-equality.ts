import type { SipUri } from "../../sip/message/index.ts";
import { isSameAddress } from "../device/ip-address.ts";

/** A URI with one of these equals none without it (RFC 3261 19.1.4; transport by its examples). */
const NEVER_IGNORED = ["user", "ttl", "method", "maddr", "transport"];
/** `reserved` of RFC 3261 25.1: their escapes mean something else than they do. */
const RESERVED = ";/?:@&=+$,";

/**
 * RFC 3261 19.1.4 for SIP and SIPS URIs; others equal nothing. Symmetric, but not transitive: a parameter that only one
 * side has is ignored.
 */
export function isSameUri(one: SipUri, other: SipUri): boolean {
  return (
    one.opaque === undefined &&
    one.scheme === other.scheme &&
    one.port === other.port &&
    isSameText(one.user, other.user) &&
    isSameText(one.password, other.password) &&
    isSameHost(one.host, other.host) &&
    areSameParams(one.params, other.params) &&
    areSameHeaders(one.headers, other.headers)
  );
}

function isSameText(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one === other || normalizeEscapes(one) === normalizeEscapes(other);
}

function isSameHost(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase() || isSameAddress(one, other);
}

function areSameParams(one: SipUri["params"], other: SipUri["params"]): boolean {
  if (NEVER_IGNORED.some((name) => one.has(name) !== other.has(name))) return false;
  for (const [name, value] of one) {
    if (other.has(name) && value?.toLowerCase() !== other.get(name)?.toLowerCase()) return false;
  }
  return true;
}

function areSameHeaders(one = "", other = ""): boolean {
  return one === other || sortedHeaders(one) === sortedHeaders(other);
}

function sortedHeaders(headers: string): string {
  const fields = headers.split("&").map((field) => {
    const [name = "", ...value] = field.split("=");
    return `${normalizeEscapes(name).toLowerCase()}=${normalizeEscapes(value.join("="))}`;
  });
  return fields.sort().join("&");
}

function normalizeEscapes(text: string): string {
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return RESERVED.includes(character) || character === "%" ? escape.toUpperCase() : character;
  });
}
