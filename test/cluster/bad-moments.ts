import type { SipMessage } from "../../src/sip/message/index.ts";
import type { EnduringCall } from "../support/enduring-call.ts";
import type { EnduringPhone } from "../support/enduring-phone.ts";
import type { CallUnderTest } from "./kill-campaign.ts";

/** Something that is under way when services are killed. */
export interface Underway {
  readonly call: CallUnderTest | undefined;
  /** To be called when the services are back. @throws {Error} when it has not come to a good end */
  finish(): Promise<void>;
}

const SEEN_MS = 10_000;

/** Begins, with a call that is up, what a kill must not leave half done; resolves when that is at its worst moment. */
export async function beginChange(call: CallUnderTest): Promise<Underway> {
  const { near, far, index } = call;
  const [self, other] = index % 2 === 0 ? [near, far] : [far, near];
  switch (Math.floor(index / 2) % 4) {
    case 0:
      return { call, finish: await untilAnswerIsDue(other, () => self.change("sendonly")) };
    case 1:
      return { call, finish: await untilAnswerIsDue(other, () => self.changeWithoutOffer()) };
    case 2:
      return { call, finish: await withoutSuccess(self, other) };
    default:
      return { call, finish: await withoutAck(self) };
  }
}

/** The other end has the re-INVITE, and answers it when the services are back. */
async function untilAnswerIsDue(other: EnduringCall, change: () => Promise<void>): Promise<() => Promise<void>> {
  other.holdsBack = true;
  const changed = handled(change());
  const answer = await other.heldBack.take(() => true, "re-INVITE", SEEN_MS);
  return () => {
    other.holdsBack = false;
    answer();
    return changed;
  };
}

/** The other end has answered, and the 200 does not come through until the services are back. */
async function withoutSuccess(self: EnduringCall, other: EnduringCall): Promise<() => Promise<void>> {
  const { phone, parts } = self;
  const { losesIncoming } = phone;
  let isLost = true;
  phone.losesIncoming = (message: SipMessage) =>
    (isLost && message.status === 200 && message.get("call-id") === parts.callId) || losesIncoming(message);
  const asked = new Promise<void>((resolve) => {
    other.onAsked = resolve;
  });
  const changed = handled(self.change("sendonly"));
  await asked;
  return () => {
    isLost = false;
    return changed;
  };
}

/** The 200 has come, and no ACK of this end goes through until the services are back. */
async function withoutAck(self: EnduringCall): Promise<() => Promise<void>> {
  const { phone, parts } = self;
  const { losesOutgoing } = phone;
  let isLost = true;
  phone.losesOutgoing = (text) =>
    (isLost && text.startsWith("ACK ") && text.includes(parts.callId)) || losesOutgoing(text);
  await self.change("sendonly");
  return () => {
    isLost = false;
    return Promise.resolve();
  };
}

/** A call that rings, as its caller knows: afterwards that has a final response, and the callee rings no more. */
export async function beginRinging(caller: EnduringPhone, callee: EnduringPhone, subject: string): Promise<Underway> {
  callee.answers = false;
  let outcome = "";
  let onRinging: () => void = () => undefined;
  const isTold = new Promise<void>((resolve) => {
    onRinging = resolve;
  });
  const over = caller.call(callee.user, subject, onRinging).then(
    () => {
      outcome = "answered";
    },
    (error: unknown) => {
      outcome = String(error);
    },
  );
  const ringing = await callee.incoming.take(({ parts }) => parts.subject === subject, subject, SEEN_MS);
  await Promise.race([isTold, over]);
  return {
    call: undefined,
    finish: async () => {
      await over;
      callee.answers = true;
      const isRefused = caller.isUdp ? /answered (480|487|500|503)/ : /answered (480|487|500|503)|connection was lost/;
      if (!isRefused.test(outcome)) throw new Error(`the caller of what rang: ${outcome}`);
      // Over a connection that is gone nobody can be told.
      if (callee.isUdp) await ringing.hasEnded(SEEN_MS);
    },
  };
}

/** Its failure is told when it is awaited. */
function handled(promise: Promise<void>): Promise<void> {
  promise.catch(() => undefined);
  return promise;
}
