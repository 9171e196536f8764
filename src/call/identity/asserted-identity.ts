import { detached } from "../../common/index.ts";
import { parseNameAddr, parseNameAddrList, parseUri, unescapeUser, type SipMessage } from "../../sip/message/index.ts";

/** A number, and the name that goes with it; one character per octet. */
export interface Identity {
  readonly number: string;
  readonly displayName?: string;
}

const MAX_LENGTH = 128;

/** Who a message is from by its From; undefined when that has no number. */
export function claimedIdentity(message: SipMessage): Identity | undefined {
  const from = parseNameAddr(message.get("from") ?? "");
  return from.ok ? identityOf(from.value.uri, from.value.displayName) : undefined;
}

/**
 * What a trusted peer says who the message is from, in P-Asserted-Identity: the first of its one or two URIs that has
 * a number. Undefined: it says nothing. To be asked of messages of trusted peers only.
 * @see RFC 3325 9.1
 */
export function assertedIdentity(message: SipMessage): Identity | undefined {
  const list = parseNameAddrList(message.getAll("p-asserted-identity"));
  if (!list.ok) return undefined;
  for (const { uri, displayName } of list.value.slice(0, 2)) {
    const identity = identityOf(uri, displayName);
    if (identity !== undefined) return identity;
  }
  return undefined;
}

function identityOf(text: string, displayName: string | undefined): Identity | undefined {
  const uri = parseUri(text);
  if (!uri.ok || uri.value.opaque !== undefined) return undefined;
  const user = unescapeUser(uri.value.user ?? "");
  const number = uri.value.scheme === "tel" ? (user.split(";", 1)[0] ?? "") : user;
  if (!isPrintable(number)) return undefined;
  const shown = displayName !== undefined && isPrintable(displayName) ? { displayName: detached(displayName) } : {};
  return { number: detached(number), ...shown };
}

function isPrintable(text: string): boolean {
  return text !== "" && text.length <= MAX_LENGTH && !/[\x00-\x1f\x7f]/.test(text);
}
