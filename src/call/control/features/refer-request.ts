import { detached } from "../../../common/index.ts";
import {
  parseNameAddr,
  parseReplaces,
  parseUri,
  unescapeUser,
  type Replaces,
  type SipMessage,
} from "../../../sip/message/index.ts";
import { parseDialed } from "../../digit-analysis/index.ts";

/** What a REFER asks for. */
export interface ReferRequest {
  /** Digits or the user part of a URI. */
  readonly to: string;
  /** The dialog that the new one is to replace; absent: none is named. */
  readonly replaces?: Replaces;
  /** Referred-By, to be passed on (RFC 3892). */
  readonly referredBy?: string;
  /** The sender wants no NOTIFYs (RFC 4488). */
  readonly isUnsubscribed: boolean;
}

const MAX_HEADERS_LENGTH = 1_024;

/**
 * Reads a REFER. Undefined when it has not exactly one Refer-To that can be called (RFC 3515 2.4.2).
 * @see RFC 3515; RFC 3891 6.1 (Replaces inside a URI); RFC 4488 (Refer-Sub)
 */
export function parseRefer(message: SipMessage): ReferRequest | undefined {
  const [value, ...others] = message.getAll("refer-to");
  if (value === undefined || others.length > 0) return undefined;
  const address = parseNameAddr(value);
  const uri = address.ok ? parseUri(address.value.uri) : undefined;
  if (!address.ok || uri?.ok !== true) return undefined;
  const dialed = parseDialed(address.value.uri);
  if (!dialed.ok || dialed.value.user === "") return undefined;
  const { headers = "" } = uri.value;
  const replaces = replacesIn(headers);
  if (replaces === "malformed") return undefined;
  return {
    to: detached(dialed.value.user),
    ...(replaces === undefined ? {} : { replaces }),
    ...referredByOf(message),
    isUnsubscribed: /^false\s*(?:;|$)/i.test(message.get("refer-sub")?.trim() ?? ""),
  };
}

/** What is malformed, or too long to be passed on, is left out. */
function referredByOf(message: SipMessage): Pick<ReferRequest, "referredBy"> {
  const value = message.get("referred-by");
  if (value === undefined || value.length > MAX_HEADERS_LENGTH || !parseNameAddr(value).ok) return {};
  return { referredBy: detached(value) };
}

function replacesIn(headers: string): Replaces | "malformed" | undefined {
  if (headers.length > MAX_HEADERS_LENGTH) return "malformed";
  const named = headers.split("&").find((header) => /^replaces=/i.test(header));
  if (named === undefined) return undefined;
  const parsed = parseReplaces(unescapeUser(named.slice("replaces=".length)));
  return parsed.ok ? parsed.value : "malformed";
}
