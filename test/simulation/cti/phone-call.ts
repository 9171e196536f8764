import type { SipMessage } from "../../../src/sip/message/index.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { PhonePlace } from "./phone-message.ts";

/** An INVITE of the switch at a phone. */
export interface OpenInvite {
  readonly message: SipMessage;
  respond(status: number, sdp?: string): void;
}

/** A dialog of a phone with the switch, at both of its ends: the phone's, and the edge's. */
export class PhoneCall {
  readonly dialogId: string;
  readonly sipCallId: string;
  readonly phone: PhonePlace;
  readonly phoneTag: string;
  readonly isCaller: boolean;
  readonly port: number;
  readonly beganMs: number;
  switchTag: string;
  /** As the phone has it. */
  state: "calling" | "ringing" | "up" | "over" = "calling";
  /** As the edge has it. */
  isConfirmed = false;
  /** The switch has acknowledged the 2xx of its INVITE. */
  isAcknowledged = true;
  isHolding = false;
  /** The phone's re-INVITE has no answer yet. */
  isChanging = false;
  /** Of the switch; until it has its final response. */
  invite: OpenInvite | undefined;
  /** Of the phone's INVITE, until it has its final response. */
  transactionId: string | undefined;
  #cseq = 0;
  #version = 0;

  constructor(parts: {
    readonly dialogId: string;
    readonly sipCallId: string;
    readonly phone: PhonePlace;
    readonly phoneTag: string;
    readonly switchTag: string;
    readonly isCaller: boolean;
    readonly port: number;
    readonly beganMs: number;
  }) {
    this.dialogId = parts.dialogId;
    this.sipCallId = parts.sipCallId;
    this.phone = parts.phone;
    this.phoneTag = parts.phoneTag;
    this.switchTag = parts.switchTag;
    this.isCaller = parts.isCaller;
    this.port = parts.port;
    this.beganMs = parts.beganMs;
  }

  nextCseq(): number {
    return (this.#cseq += 1);
  }

  /** What the phone says next of its media. */
  sdp(attributes: readonly string[] = []): string {
    this.#version += 1;
    return testSdp(this.port, attributes, this.#version).replaceAll("127.0.0.1", this.phone.address);
  }
}
