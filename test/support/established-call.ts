import type { SipMessage } from "../../src/sip/message/index.ts";
import type { MessageParts, PhoneCall, SipPhone } from "./sip-phone.ts";
import { testSdp } from "./test-sdp.ts";

export interface EstablishedCall {
  /** The caller's side. */
  readonly near: PhoneCall;
  /** The callee's side. */
  readonly far: PhoneCall;
  /** The callee's INVITE. */
  readonly offered: SipMessage;
  /** The caller's 200. */
  readonly answer: SipMessage;
}

/** A call from one phone to another that has been answered and acknowledged. */
export async function establish(
  caller: SipPhone,
  callee: SipPhone,
  { near = {}, far = {} }: { near?: MessageParts; far?: MessageParts } = {},
): Promise<EstablishedCall> {
  const call = await caller.call(callee.number, withBody(near, 4_000));
  const other = await callee.offered();
  const offered = other.offer;
  if (offered === undefined) throw new Error("no offer");
  const acked = other.answer(withBody(far, 5_000));
  const answer = await call.established();
  await acked;
  return { near: call, far: other, offered, answer };
}

/** What a test says, with SDP unless it has a body. */
function withBody(parts: MessageParts, port: number): MessageParts {
  return parts.body === undefined ? { sdp: testSdp(port), ...parts } : parts;
}

/** The line of an SDP that begins with `start`. */
export function sdpLine(message: SipMessage, start: string): string {
  return message.body.split("\r\n").find((line) => line.startsWith(start)) ?? "";
}

/** A request that changes nothing: what the party sent before it has arrived, and so has what was sent to the party. */
export async function roundTrip(party: PhoneCall): Promise<void> {
  const { status } = await party.send("OPTIONS").final();
  if (status !== 200) throw new Error(`OPTIONS was answered ${status}`);
}

/** Hangs up; the other end's BYE is answered. */
export async function hangUp(by: PhoneCall, other: PhoneCall): Promise<void> {
  const bye = by.bye();
  await other.takeBye();
  const { status } = await bye;
  if (status !== 200) throw new Error(`BYE was answered ${status}`);
}

/** The requests of a method that a phone got, whether they were awaited or not. */
export function requestsTo({ received }: SipPhone, method: string): SipMessage[] {
  return received.filter((one) => one.kind === "request" && one.method === method);
}

/** The statuses of the responses to a phone's requests of a method, in the order they came. */
export function statusesTo({ received }: SipPhone, method: string): number[] {
  return received.filter((one) => one.kind === "response" && one.method === method).map(({ status }) => status);
}
