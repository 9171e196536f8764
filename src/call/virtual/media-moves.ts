import type { Clock, Ids } from "../../common/index.ts";
import { formatRequest, parseSipMessage } from "../../sip/message/index.ts";
import type { CallTable } from "../control/call-table.ts";
import type { Leg } from "../control/leg/leg.ts";
import type { Body, IncomingRequest, ResponseOptions } from "../signaling/signaling-port.ts";

export interface MediaMovesOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly table: Pick<CallTable, "findByTag">;
  /** What a device offers whose media is elsewhere now; undefined: nothing can be offered. @param last what it was sent last */
  readonly offerOf: (leg: Leg, last: string | undefined) => Promise<string | undefined>;
  /** The other party has answered. */
  readonly onAnswered: (leg: Leg, answer: Body | undefined) => void;
}

/** Both may ask for something at the same time (RFC 3261 14.1): so often it is tried again. */
const MAX_TRIES = 5;
const RETRY_MS = 500;
const SOURCE = { protocol: "cti", address: "", port: 0 } as const;

/** Tells the other parties of established calls that the media of a device is elsewhere, as a phone does by a re-INVITE. */
export class MediaMoves {
  readonly #options: MediaMovesOptions;
  #isClosed = false;

  constructor(options: MediaMovesOptions) {
    this.#options = options;
  }

  /** @param tries how often it has been tried */
  async move(leg: Leg, tries = 1): Promise<void> {
    const { table, offerOf, clock } = this.#options;
    const { session } = table.findByTag(leg.localTag) ?? {};
    const side = session?.sideOf(leg);
    if (session === undefined || side === undefined) return;
    const sdp = await offerOf(leg, session.call[side].localSdp);
    if (sdp === undefined || this.#isClosed) return;
    this.#send(leg, "INVITE", sdp, (status, { body } = {}) => {
      if (status < 200) return;
      if (status < 300) {
        this.#options.onAnswered(leg, body);
        this.#send(leg, "ACK", undefined, () => undefined);
      } else if (tries < MAX_TRIES) clock.after(RETRY_MS, () => void this.move(leg, tries + 1));
    });
  }

  close(): void {
    this.#isClosed = true;
  }

  /** As if it had come from the edge; where the leg is now. */
  #send(
    leg: Leg,
    method: "INVITE" | "ACK",
    sdp: string | undefined,
    onResponse: (status: number, options?: ResponseOptions) => void,
  ): void {
    const { table, ids } = this.#options;
    const { session } = table.findByTag(leg.localTag) ?? {};
    const side = session?.sideOf(leg);
    if (session === undefined || side === undefined || this.#isClosed) return;
    const fields = [
      ["Via", "SIP/2.0/UDP cti.invalid;branch=z9hG4bKcti"],
      ["From", `<sip:cti.invalid>;tag=${leg.remoteTag}`],
      ["To", `<sip:localhost>;tag=${leg.localTag}`],
      ["Call-ID", leg.sipCallId],
      ["CSeq", `1 ${method}`],
      ...(sdp === undefined ? [] : [["Content-Type", "application/sdp"] as const]),
    ] as const;
    const parsed = parseSipMessage(formatRequest(method, "sip:localhost", fields, sdp ?? ""));
    if (!parsed.ok) return;
    const request: IncomingRequest = {
      transactionId: `cti-${ids.uuid()}`,
      dialogId: leg.dialogId,
      message: parsed.value,
      source: SOURCE,
      respond: (status, options, onDone) => {
        queueMicrotask(() => {
          onDone?.(undefined);
          onResponse(status, options);
        });
      },
    };
    session.receive(side, request);
  }
}
