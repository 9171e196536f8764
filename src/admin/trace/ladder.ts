import { labelOf, statusOf } from "./message-label.ts";
import { readable, remoteOf, type CallSubject, type SubjectParty, type TracedMessage } from "./traced-message.ts";

/** A vertical line of a ladder. */
export interface Lifeline {
  readonly title: string;
  /** Where it is, for example `udp 192.0.2.7:5060`; empty for Tandem. */
  readonly place: string;
}

/** A message of a ladder. */
export interface Arrow {
  /** Since the first message. */
  readonly afterMs: number;
  /** Indexes of lifelines. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** 0 for the caller's leg, 1 and above for those of the callee. */
  readonly leg: number;
  /** A response of 400 and above. */
  readonly isFailure: boolean;
  /** The whole message, readable. */
  readonly text: string;
}

/** The SIP of a call as a picture: caller, Tandem, and the callee's contacts. */
export interface Ladder {
  readonly callId: string;
  readonly title: string;
  /** Wall-clock milliseconds of the first message; of the call's begin when there is none. */
  readonly startedAtMs: number;
  readonly state: string;
  readonly lifelines: readonly Lifeline[];
  readonly arrows: readonly Arrow[];
}

const SWITCH = 1;

/** Draws up the ladder of a call; lifelines are there for the callee's contacts that messages went to. */
export function ladderOf(call: CallSubject, messages: readonly TracedMessage[]): Ladder {
  const { callId, caller, callee, state } = call;
  const legs = new Map<string, number>(caller.sipCallIds.map((id) => [id, 0]));
  const seen = callee.sipCallIds.filter((id) => messages.some(({ sipCallId }) => sipCallId === id));
  seen.forEach((id, index) => legs.set(id, index + 1));
  const startedAtMs = messages[0]?.timeMs ?? call.startedAtMs;
  const place = (ids: readonly string[]): string => {
    const first = messages.find(({ sipCallId }) => ids.includes(sipCallId));
    return first === undefined ? "" : remoteOf(first);
  };
  const known = new Set<string>();
  return {
    callId,
    title: `${nameOf(caller)} to ${nameOf(callee)}`,
    startedAtMs,
    state,
    lifelines: [
      { title: nameOf(caller), place: place(caller.sipCallIds) },
      { title: "Tandem", place: "" },
      ...seen.map((id) => ({ title: nameOf(callee), place: place([id]) })),
    ],
    arrows: messages.flatMap((message) => {
      const leg = legs.get(message.sipCallId);
      return leg === undefined ? [] : [arrowOf(message, leg, startedAtMs, known)];
    }),
  };
}

function arrowOf({ direction, timeMs, text }: TracedMessage, leg: number, startMs: number, known: Set<string>): Arrow {
  const device = leg === 0 ? 0 : SWITCH + leg;
  const [from, to] = direction === "received" ? [device, SWITCH] : [SWITCH, device];
  const key = `${leg} ${direction} ${text}`;
  const isRepeated = known.has(key);
  known.add(key);
  return {
    afterMs: timeMs - startMs,
    from,
    to,
    label: labelOf(text) + (isRepeated ? " again" : ""),
    leg,
    isFailure: statusOf(text) >= 400,
    text: readable(text),
  };
}

function nameOf({ device, number }: SubjectParty): string {
  return device === "" || device === number ? number : `${number} ${device}`;
}

/** Seconds with milliseconds: `12.345`. */
export function secondsText(ms: number): string {
  return (ms / 1_000).toFixed(3);
}
