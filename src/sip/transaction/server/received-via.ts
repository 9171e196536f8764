import { formatVia, parseSipMessage, replaceTopVia, type SipMessage, type Via } from "../../message/index.ts";
import { defaultPort, type Flow, type Target } from "../../transport/index.ts";

/**
 * Writes into the topmost Via where the request came from: `received` when sent-by says something else, or when
 * `rport` asks for it; `rport`. Values that the sender put there are not believed.
 * @see RFC 3261 18.2.1; RFC 3581 4
 */
export function withReceived(request: SipMessage, via: Via, flow: Flow): SipMessage {
  const stamped = stampedVia(via, flow);
  if (stamped === undefined) return request;
  const parsed = parseSipMessage(replaceTopVia(request, stamped));
  return parsed.ok ? parsed.value : request;
}

/** The topmost Via as it has to be, or `undefined` when it is right already. */
export function stampedVia(via: Via, { remoteAddress, remotePort }: Flow): string | undefined {
  const wantsPort = via.rport !== undefined;
  const needsAddress = wantsPort || via.host !== remoteAddress;
  const isRight =
    via.received === (needsAddress ? remoteAddress : undefined) && (!wantsPort || via.rport === remotePort);
  if (isRight) return undefined;
  const params = new Map(via.params);
  if (wantsPort) params.set("rport", String(remotePort));
  if (needsAddress) params.set("received", remoteAddress);
  else params.delete("received");
  return formatVia({ ...via, params });
}

/**
 * Where responses to a request go. `maddr` is not followed: it is for multicast, which is not listened to, and would let
 * anybody aim responses at a third party.
 * @see RFC 3261 18.2.2; RFC 3581 4
 */
export function responseTarget(via: Via, flow: Flow): Target {
  const { id: flowId, protocol, reliable, remoteAddress, remotePort } = flow;
  const port = via.port ?? defaultPort(protocol);
  if (reliable) return { protocol, address: remoteAddress, port, flowId };
  return { protocol, address: remoteAddress, port: via.rport === undefined ? port : remotePort, flowId };
}
