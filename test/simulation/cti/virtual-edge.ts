import { SignalingError } from "../../../src/call/signaling/signaling-error.ts";
import type {
  HeaderList,
  IncomingResponse,
  OutgoingRequest,
  RequestEvents,
  ResponseOptions,
} from "../../../src/call/signaling/signaling-port.ts";
import type { EdgeDialogSummary } from "../../../src/call/index.ts";
import { dialogIdOf } from "../../../src/call/control/leg/leg.ts";
import type { Clock } from "../../../src/common/index.ts";
import { tagOf, type SipMessage } from "../../../src/sip/message/index.ts";
import { authorizationFor } from "../../support/digest-client.ts";
import type { EdgePort } from "./edge-port.ts";
import { PhoneCall } from "./phone-call.ts";
import { mirrored, phoneRequest, phoneResponse, SWITCH_HOST, type PhonePlace } from "./phone-message.ts";

/** Phones and their users. */
export interface PhoneUsers {
  /** A phone rings. @param isToAnswer it is asked to answer by itself */
  onRinging(call: PhoneCall, isToAnswer: boolean): void;
  onUp(call: PhoneCall): void;
}

/** A request of a phone that the switch has not answered. */
interface PendingRequest {
  readonly id: string;
  readonly phone: PhonePlace;
  readonly dialogId: string;
  readonly message: SipMessage;
  readonly isNew: boolean;
  readonly onResponse: (status: number, options: ResponseOptions) => void;
  isOffered: boolean;
}

/** RFC 3261 17.1.2.2: timer F. */
const GIVE_UP_MS = 32_000;

/**
 * The edge and the phones beyond it, without a network: requests and responses reach call control as the edge hands them
 * over. Its dialogs outlive call control; what rang when that died is over.
 */
export class VirtualEdge {
  readonly memory = "edge-1";
  readonly calls = new Map<string, PhoneCall>();
  readonly #clock: Clock;
  readonly #phones: ReadonlyMap<string, PhonePlace>;
  readonly #users: PhoneUsers;
  readonly #pending = new Map<string, PendingRequest>();
  #port: EdgePort | undefined;
  #last = 0;

  constructor(clock: Clock, phones: readonly PhonePlace[], users: PhoneUsers) {
    this.#clock = clock;
    this.#phones = new Map(phones.map((phone) => [phone.number, phone]));
    this.#users = users;
  }

  // What call control asks for.

  /** Another call control is there, in the place of the one before. */
  connected(port: EdgePort): void {
    this.#port = port;
    for (const pending of this.#pending.values()) if (!pending.isOffered) this.#offer(pending);
  }

  /** Call control is gone. */
  disconnected(port: EdgePort): void {
    if (this.#port !== port) return;
    this.#port = undefined;
    for (const pending of [...this.#pending.values()]) {
      pending.isOffered = false;
      if (pending.isNew) this.#answer(pending, 503, {});
    }
    for (const call of [...this.calls.values()]) {
      if (call.isCaller) continue;
      const { invite } = call;
      if (!call.isConfirmed) this.#over(call);
      // RFC 3261 13.2.2.4: who answered has to be acknowledged, and is released.
      else if (invite === undefined && !call.isAcknowledged) this.#over(call);
    }
  }

  respond(id: string, status: number, options: ResponseOptions): SignalingError | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return new SignalingError("refused", "there is no such transaction");
    this.#answer(pending, status, options);
    return undefined;
  }

  request(port: EdgePort, request: OutgoingRequest, events: RequestEvents): void {
    const { dialogId, method } = request;
    if (dialogId === undefined) {
      if (method === "INVITE") return this.#ring(port, request, events);
      return port.fail(events, new SignalingError("refused", `no ${method} outside a dialog`));
    }
    const call = this.calls.get(dialogId);
    if (call === undefined) return port.fail(events, new SignalingError("unknown-dialog", "there is no such dialog"));
    this.#askedInDialog(port, call, request, events);
  }

  cancel(dialogId: string): void {
    const call = this.calls.get(dialogId);
    if (call?.invite === undefined || call.isConfirmed) return;
    call.invite.respond(487);
  }

  list(): EdgeDialogSummary[] {
    return [...this.calls.values()].map((call) => ({
      dialogId: call.dialogId,
      callId: call.sipCallId,
      localTag: call.switchTag,
      remoteTag: call.phoneTag,
      state: call.isConfirmed ? "confirmed" : "early",
      method: "INVITE",
      ageMs: this.#clock.nowMs() - call.beganMs,
    }));
  }

  /** Ends a dialog by BYE. */
  end(dialogId: string): void {
    const call = this.calls.get(dialogId);
    if (call !== undefined) this.#over(call);
  }

  // What phones do.

  register(phone: PhonePlace, onDone: (status: number) => void): void {
    const uri = `sip:${SWITCH_HOST}`;
    const aor = `<sip:${phone.number}@${SWITCH_HOST}>`;
    const id = this.#name("r");
    const send = (cseq: number, more: HeaderList): void => {
      const fields: HeaderList = [
        ["From", `${aor};tag=${id}`],
        ["To", aor],
        ["Call-ID", id],
        ["CSeq", `${cseq} REGISTER`],
        ["Expires", "3600"],
        ...more,
      ];
      this.#ask(phone, "", phoneRequest("REGISTER", uri, phone, fields), true, (status, { headers }) => {
        if (status !== 401 || cseq > 1) return onDone(status);
        send(cseq + 1, credentials(phone, headers, "REGISTER", uri));
      });
    };
    send(1, []);
  }

  call(phone: PhonePlace, number: string): void {
    const [sipCallId, phoneTag] = [this.#name("p"), this.#name("t")];
    const dialogId = dialogIdOf(sipCallId, phoneTag);
    const port = 30_000 + 2 * this.#last;
    const call = new PhoneCall({
      dialogId,
      sipCallId,
      phone,
      phoneTag,
      switchTag: "",
      isCaller: true,
      port,
      beganMs: this.#clock.nowMs(),
    });
    this.calls.set(dialogId, call);
    this.#invite(call, `sip:${number}@${SWITCH_HOST}`, []);
  }

  /** The phone gives its call up, ends it, or refuses it. */
  hangUp(call: PhoneCall): void {
    if (call.state === "up") {
      call.state = "over";
      this.#askInDialog(call, "BYE", "", () => void this.calls.delete(call.dialogId));
    } else if (call.state === "ringing") call.invite?.respond(486);
    else if (call.state === "calling" && call.transactionId !== undefined) this.#cancelOwn(call);
  }

  answer(call: PhoneCall): void {
    if (call.state !== "ringing" || call.invite === undefined) return;
    const { body } = call.invite.message;
    call.invite.respond(200, body === "" ? call.sdp() : call.sdp(mirrored(body)));
  }

  /** The phone holds, or takes back, by re-INVITE. */
  change(call: PhoneCall): void {
    if (call.state !== "up" || call.isChanging || !call.isConfirmed) return;
    call.isChanging = true;
    call.isHolding = !call.isHolding;
    this.#askInDialog(call, "INVITE", call.sdp(call.isHolding ? ["a=sendonly"] : []), (status) => {
      if (status < 200) return;
      call.isChanging = false;
      if (status >= 300) call.isHolding = !call.isHolding;
      else this.#acknowledge(call);
    });
  }

  #invite(call: PhoneCall, uri: string, more: HeaderList): void {
    const { phone, phoneTag, sipCallId } = call;
    const fields: HeaderList = [
      ["From", `<sip:${phone.number}@${SWITCH_HOST}>;tag=${phoneTag}`],
      ["To", `<${uri}>`],
      ["Call-ID", sipCallId],
      ["CSeq", `${call.nextCseq()} INVITE`],
      ...more,
    ];
    const invite = phoneRequest("INVITE", uri, phone, fields, call.sdp());
    call.transactionId = this.#ask(phone, call.dialogId, invite, true, (status, options) => {
      call.switchTag = options.toTag ?? call.switchTag;
      if (status < 200) return;
      call.transactionId = undefined;
      if (status === 401 && more.length === 0) {
        return this.#invite(call, uri, credentials(phone, options.headers, "INVITE", uri));
      }
      if (status >= 300) return this.#over(call);
      this.#confirm(call);
      this.#acknowledge(call);
    });
  }

  #cancelOwn(call: PhoneCall): void {
    const pending = this.#pending.get(call.transactionId ?? "");
    if (pending === undefined) return;
    this.#pending.delete(pending.id);
    this.#over(call);
    this.#port?.hand((handler) => handler.onCancel(pending.id, call.dialogId, pending.message));
  }

  #acknowledge(call: PhoneCall): void {
    const message = phoneRequest("ACK", `sip:${SWITCH_HOST}`, call.phone, this.#dialogFields(call, `1 ACK`));
    this.#port?.handRequest({ id: this.#name("a"), dialogId: call.dialogId, message, phone: call.phone });
  }

  #askInDialog(call: PhoneCall, method: string, sdp: string, onResponse: (status: number) => void): void {
    const fields = this.#dialogFields(call, `${call.nextCseq()} ${method}`);
    const message = phoneRequest(method, `sip:${SWITCH_HOST}`, call.phone, fields, sdp);
    this.#ask(call.phone, call.dialogId, message, false, onResponse);
  }

  #dialogFields({ phone, phoneTag, switchTag, sipCallId }: PhoneCall, cseq: string): HeaderList {
    return [
      ["From", `<sip:${phone.number}@${SWITCH_HOST}>;tag=${phoneTag}`],
      ["To", `<sip:${SWITCH_HOST}>;tag=${switchTag}`],
      ["Call-ID", sipCallId],
      ["CSeq", cseq],
    ];
  }

  #ask(
    phone: PhonePlace,
    dialogId: string,
    message: SipMessage,
    isNew: boolean,
    onResponse: PendingRequest["onResponse"],
  ): string {
    const pending: PendingRequest = {
      id: this.#name("x"),
      phone,
      dialogId,
      message,
      isNew,
      onResponse,
      isOffered: false,
    };
    this.#pending.set(pending.id, pending);
    this.#offer(pending);
    if (!isNew) {
      this.#clock.after(GIVE_UP_MS, () => {
        if (this.#pending.get(pending.id) === pending) this.#answer(pending, 408, {});
      });
    }
    return pending.id;
  }

  #offer(pending: PendingRequest): void {
    if (this.#port === undefined) {
      // The answer comes later than the question.
      if (pending.isNew) {
        this.#clock.after(1, () => {
          if (!pending.isOffered) this.#answer(pending, 503, {});
        });
      }
      return;
    }
    pending.isOffered = true;
    this.#port.handRequest(pending);
  }

  #answer(pending: PendingRequest, status: number, options: ResponseOptions): void {
    if (this.#pending.get(pending.id) !== pending) return;
    if (status >= 200) this.#pending.delete(pending.id);
    pending.onResponse(status, options);
  }

  #ring(port: EdgePort, request: OutgoingRequest, events: RequestEvents): void {
    const header = (name: string): string =>
      request.headers?.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1] ?? "";
    const [sipCallId, from, to] = [header("call-id"), header("from"), header("to")];
    const switchTag = tagOf(from) ?? "";
    const dialogId = dialogIdOf(sipCallId, switchTag);
    const phone = this.#phones.get(/^sip:([^@;]+)@/.exec(request.uri ?? "")?.[1] ?? "");
    if (phone === undefined) throw new Error(`no phone is at ${request.uri}`);
    const call = new PhoneCall({
      dialogId,
      sipCallId,
      phone,
      phoneTag: this.#name("t"),
      switchTag,
      isCaller: false,
      port: 30_000 + 2 * this.#last,
      beganMs: this.#clock.nowMs(),
    });
    const respond = (status: number, sdp = ""): void => {
      if (call.invite === undefined) return;
      const fields: HeaderList = [
        ["From", from],
        ["To", `${to};tag=${call.phoneTag}`],
        ["Call-ID", sipCallId],
        ["CSeq", "1 INVITE"],
      ];
      if (status >= 200) call.invite = undefined;
      if (status >= 300) this.#over(call);
      else if (status >= 200) this.#confirm(call);
      port.answer(
        events,
        responseOf(call, phoneResponse(status, phone, fields, sdp), () => {
          call.isAcknowledged = true;
        }),
      );
    };
    const text = [...(request.headers ?? [])].map(([name, value]) => `${name}: ${value}`).join("\r\n");
    const message = phoneRequest("INVITE", request.uri ?? "", phone, [["Subject", "rings"]], request.body?.text ?? "");
    call.invite = { message, respond };
    call.state = "ringing";
    call.isAcknowledged = false;
    this.calls.set(dialogId, call);
    respond(180);
    this.#users.onRinging(call, /^Answer-Mode: Auto/m.test(text));
  }

  #askedInDialog(port: EdgePort, call: PhoneCall, request: OutgoingRequest, events: RequestEvents): void {
    const { method, body } = request;
    const answer = (status: number, sdp = ""): void => {
      const fields: HeaderList = [
        ["From", `<sip:${SWITCH_HOST}>;tag=${call.switchTag}`],
        ["To", `<sip:${call.phone.number}@${SWITCH_HOST}>;tag=${call.phoneTag}`],
        ["Call-ID", call.sipCallId],
        ["CSeq", `2 ${method}`],
      ];
      port.answer(events, responseOf(call, phoneResponse(status, call.phone, fields, sdp)));
    };
    if (method === "BYE") {
      this.#over(call);
      return answer(200);
    }
    if (call.state === "over") return answer(481);
    if (method !== "INVITE" && method !== "UPDATE") return answer(200);
    if (method === "UPDATE" && body === undefined) return answer(200);
    if (call.isChanging || call.state !== "up") return answer(491);
    const own = call.isHolding ? ["a=sendonly"] : [];
    answer(200, call.sdp(body === undefined ? own : call.isHolding ? heldAnswer(body.text) : mirrored(body.text)));
  }

  #confirm(call: PhoneCall): void {
    call.state = "up";
    call.isConfirmed = true;
    this.#users.onUp(call);
  }

  #over(call: PhoneCall): void {
    call.state = "over";
    call.invite = undefined;
    this.calls.delete(call.dialogId);
  }

  #name(prefix: string): string {
    this.#last += 1;
    return `${prefix}${this.#last}`;
  }
}

function credentials({ number }: PhonePlace, headers: HeaderList = [], method: string, uri: string): HeaderList {
  const challenge = headers.find(([name]) => name.toLowerCase() === "www-authenticate")?.[1] ?? "";
  return [["Authorization", authorizationFor(challenge, method, uri, { user: number, password: "secret" })]];
}

function heldAnswer(offer: string): string[] {
  return /^a=(?:recvonly|inactive)/m.test(offer) && !/^a=recvonly/m.test(offer) ? ["a=inactive"] : ["a=sendonly"];
}

function responseOf(
  { phone: { address } }: PhoneCall,
  message: SipMessage,
  acknowledge: () => void = () => undefined,
): IncomingResponse {
  return { message, source: { protocol: "udp", address, port: 5060 }, acknowledge };
}
