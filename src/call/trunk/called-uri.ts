import { withMore } from "../../common/index.ts";
import {
  escapeUser,
  formatUri,
  parseNameAddr,
  parseUri,
  unescapeUser,
  type SipMessage,
} from "../../sip/message/index.ts";

/**
 * What is called by a request whose Request-URI is our Contact: who the registrar says was called (P-Called-Party-ID,
 * RFC 7315 4.2), else who To says; at the host of the Request-URI, which is this switch.
 */
export function calledUri(message: SipMessage): string {
  const requestUri = parseUri(message.uri);
  const user = userIn(message, "p-called-party-id") ?? userIn(message, "to");
  if (!requestUri.ok || user === undefined) return message.uri;
  return formatUri(withMore(requestUri.value, { user: escapeUser(user) }));
}

function userIn(message: SipMessage, header: string): string | undefined {
  const party = parseNameAddr(message.get(header) ?? "");
  const uri = party.ok ? parseUri(party.value.uri) : undefined;
  if (uri?.ok !== true || uri.value.user === undefined || uri.value.user === "") return undefined;
  const user = unescapeUser(uri.value.user);
  // Parameters of a number (RFC 3966) are not dialed.
  return user.split(";", 1)[0];
}
