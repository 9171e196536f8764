import { parseNameAddr, tagOf, type SipMessage } from "../message/index.ts";
import type { LateSuccessListener } from "../transaction/index.ts";
import { detachedTarget, type Flow, type Target, type TransportProtocol } from "../transport/index.ts";
import type { SentRequest } from "./uac-dialog.ts";
import { cseqOf } from "./uas-dialog.ts";

/**
 * What an accepted INVITE was: the first of a session; one in a dialog; or one that went on to another place after
 * silence, so that this place's session is not wanted.
 */
export type AcceptedKind = "initial" | "in-dialog" | "superseded";

/** Who acknowledges what comes late. */
interface LateSuccessHandler {
  onLateSuccess(invite: LateSuccess, response: SipMessage, flow: Flow): void;
}

/** One for each protocol, for the many INVITEs that went where their Request-URI or Route points. */
const ANYWHERE: Readonly<Record<TransportProtocol, Target>> = {
  udp: { protocol: "udp", address: "", port: 0 },
  tcp: { protocol: "tcp", address: "", port: 0 },
  tls: { protocol: "tls", address: "", port: 0 },
  ws: { protocol: "ws", address: "", port: 0 },
  wss: { protocol: "wss", address: "", port: 0 },
};

/**
 * All that is kept of an INVITE of ours after its 2xx: a thousand calls a second leave tens of thousands of these. What
 * else an acknowledgement needs the 2xx says itself (RFC 3261 12.1.2, 13.2.2.4).
 */
export class LateSuccess implements LateSuccessListener {
  readonly kind: AcceptedKind;
  /** The next hop that the application gave; otherwise of the protocol only. */
  readonly #target: Target;
  readonly #handler: LateSuccessHandler;

  constructor(kind: AcceptedKind, { target, hasGivenNextHop }: SentRequest, handler: LateSuccessHandler) {
    this.kind = kind;
    this.#target = hasGivenNextHop ? detachedTarget(target) : ANYWHERE[target.protocol];
    this.#handler = handler;
  }

  get characters(): number {
    return this.#target.address.length + (this.#target.flowId?.length ?? 0);
  }

  onLateSuccess(response: SipMessage, flow: Flow): void {
    this.#handler.onLateSuccess(this, response, flow);
  }

  /** The INVITE, as far as the response tells. */
  sentFor(response: SipMessage): SentRequest {
    const from = response.get("from") ?? "";
    const to = response.get("to") ?? "";
    const address = parseNameAddr(to);
    return {
      text: "",
      callId: response.get("call-id") ?? "",
      fromTag: tagOf(from) ?? "",
      from,
      to,
      cseq: cseqOf(response),
      contact: "",
      method: "INVITE",
      uri: address.ok ? address.value.uri : "",
      target: this.#target,
      hasGivenNextHop: this.#target.address !== "",
      body: "",
    };
  }
}
