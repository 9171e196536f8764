import { formatNameAddr } from "../../../sip/message/index.ts";
import { asserted, localUri } from "../../identity/presented-identity.ts";
import type { SessionEffect, Shown } from "../../model/index.ts";
import type { SignalingError } from "../../signaling/signaling-error.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";
import { DIALOG_CAPABILITIES, recvInfo } from "../headers/capabilities.ts";
import type { Leg, LegDevice } from "../leg/leg.ts";
import type { OfferedInvite } from "./offered-invite.ts";
import { reasonOf } from "../headers/reason-header.ts";
import { provisionalHeaders } from "../headers/reliability.ts";
import type { RefusalWarning } from "../headers/warning-header.ts";

type EffectOf<Type extends SessionEffect["type"]> = Extract<SessionEffect, { type: Type }>;

const SDP = "application/sdp";

/** What a caller's INVITE is answered with. */
export class CallerResponses {
  /** Who rings or has answered, as far as it is known. */
  connected: LegDevice | undefined;
  readonly #offered: OfferedInvite;
  readonly #toTag: string;
  readonly #warning: RefusalWarning;

  constructor(offered: OfferedInvite, { localTag }: Leg, warning: RefusalWarning) {
    this.#offered = offered;
    this.#toTag = localTag;
    this.#warning = warning;
  }

  ring({ status, sdp }: EffectOf<"ring">): void {
    const { request, reliability } = this.#offered;
    const reliable = provisionalHeaders(reliability, sdp !== undefined);
    if (reliable === undefined) return;
    request.respond(status, {
      headers: [...DIALOG_CAPABILITIES, ...reliable, ...this.#identity()],
      toTag: this.#toTag,
      ...(sdp === undefined ? {} : { body: { contentType: SDP, text: sdp } }),
    });
  }

  /** @param onDone the edge has sent it, or not */
  answer(sdp: string, callee: Leg | undefined, onDone: (error: SignalingError | undefined) => void): void {
    const { request, answerHeaders } = this.#offered;
    const headers = [...DIALOG_CAPABILITIES, ...this.#identity(), ...recvInfo(callee), ...answerHeaders];
    request.respond(200, { headers, toTag: this.#toTag, body: { contentType: SDP, text: sdp } }, onDone);
  }

  reject({ status, outcome }: EffectOf<"reject">): void {
    const retry: HeaderList = status === 503 ? [["Retry-After", "5"]] : [];
    this.#offered.request.respond(status, {
      headers: [...reasonOf(outcome), ...retry, ...this.#warning.take(status)],
      toTag: this.#toTag,
    });
  }

  /** Who rings or answers, for a caller that may know (RFC 3325 5). */
  #identity(): HeaderList {
    const { trustedHost: host, shown } = this.#offered;
    if (shown !== undefined) return shownIdentity(shown);
    return host === undefined || this.connected === undefined ? [] : asserted(this.connected, host);
  }
}

/** As phones know it: some of them only by the header of a draft that came before RFC 3325. */
function shownIdentity({ number, name }: Shown): HeaderList {
  const identity = formatNameAddr({ displayName: name, uri: localUri(number), params: new Map() });
  return [
    ["P-Asserted-Identity", identity],
    ["Remote-Party-ID", `${identity};party=called;screen=yes;privacy=off`],
  ];
}
