import { parseNameAddr, parseNameAddrList, parseTokenList, splitList, type SipMessage } from "../message/index.ts";
import { canBeDialled } from "../dialog/index.ts";
import type { Flow } from "../transport/index.ts";

/** True for a request that came from the user agent itself: nobody before us has added a Via (RFC 5626 5.1). */
export function isFirstHop(request: SipMessage): boolean {
  return request.getAll("via").flatMap(splitList).length === 1;
}

/** True for a REGISTER whose phone wants its flow to be kept (RFC 5626 5.1): it is told so by `ob`. */
export function asksForOutbound(register: SipMessage): boolean {
  const supported = parseTokenList(register.getAll("supported"));
  if (!supported.ok || !supported.value.some((token) => token.toLowerCase() === "outbound")) return false;
  const contacts = parseNameAddrList(register.getAll("contact").filter((value) => value !== "*"));
  return contacts.ok && contacts.value.some(({ params }) => params.has("reg-id") && params.has("+sip.instance"));
}

/** True for a request of a user agent next to us whose Contact leads nowhere without its flow. */
export function isByFlowOnly(request: SipMessage, flow: Flow): boolean {
  if (!isFirstHop(request)) return false;
  const contact = parseNameAddr(request.get("contact") ?? "");
  if (!contact.ok) return false;
  const { protocol, remoteAddress: address, remotePort: port } = flow;
  return !canBeDialled(contact.value.uri, { protocol, address, port });
}
