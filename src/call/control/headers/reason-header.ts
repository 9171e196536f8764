import { detached, withMore } from "../../../common/index.ts";
import { isValidHeaderValue, parseReason, quote, splitList, type SipMessage } from "../../../sip/message/index.ts";
import { causeName, causeOfStatus, type Outcome, type ToldReason } from "../../model/index.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";

const MAX_LENGTH = 256;
const MAX_CAUSE = 127;
const NORMAL_CLEARING = 16;
const TEMPORARY_FAILURE = 41;

/** CANCEL of a branch while another one has answered (RFC 3326 2). */
export const COMPLETED_ELSEWHERE: HeaderList = [["Reason", 'SIP;cause=200;text="Call completed elsewhere"']];

/** Why we end a leg, or refuse a call: what the party that ended it has said, and a Q.850 cause in any case. */
export function reasonOf({ cause, told }: Pick<Outcome, "cause" | "told">): HeaderList {
  const own = `Q.850;cause=${cause};text=${quote(causeName(cause))}`;
  if (told === undefined) return [["Reason", own]];
  return [["Reason", /(?:^|,)\s*Q\.850\s*;/i.test(told) ? told : `${told}, ${own}`]];
}

/** Why a branch is given up. */
export function cancelReason({ elsewhere, told }: { readonly elsewhere: boolean; readonly told?: string }): HeaderList {
  if (elsewhere) return COMPLETED_ELSEWHERE;
  return told === undefined ? [] : [["Reason", told]];
}

/** How a call ends that a party hangs up. */
export function byeOutcome(side: Outcome["by"], bye: SipMessage): Outcome {
  const told = toldReason(bye);
  const outcome: Outcome = { by: side, reason: "normal", status: 200, cause: told?.cause ?? NORMAL_CLEARING };
  return told === undefined ? outcome : withMore(outcome, { told: told.text });
}

/** What the records say of a dialog that was lost: its cause is that of the Reason, or a temporary failure. */
export function lossOutcome(message?: SipMessage): Outcome {
  const cause = message === undefined ? undefined : toldReason(message)?.cause;
  return { by: "switch", reason: "session-lost", status: 200, cause: cause ?? TEMPORARY_FAILURE };
}

/**
 * The Reason of a request or response, for the other party: of each protocol, known or not, the first value that is
 * well-formed, 256 characters in all. Undefined when nothing is left.
 * @see RFC 3326 2 (one value a protocol), RFC 6432 (Q.850 in responses)
 */
export function toldReason(message: SipMessage): ToldReason | undefined {
  const kept = new Map<string, string>();
  let length = 0;
  let cause: number | undefined;
  for (const value of message.getAll("reason").flatMap((values) => splitList(values))) {
    const reason = parseReason(value);
    if (!reason.ok || !isValidHeaderValue(value)) continue;
    const protocol = reason.value.protocol.toUpperCase();
    const isIsdn = protocol === "Q.850";
    if (kept.has(protocol) || length + value.length > MAX_LENGTH) continue;
    if (isIsdn && !isIsdnCause(reason.value.cause)) continue;
    kept.set(protocol, value);
    length += value.length + 2;
    if (isIsdn) cause = reason.value.cause;
    else if (protocol === "SIP") cause ??= causeOfSip(reason.value.cause);
  }
  return kept.size === 0 ? undefined : { text: detached([...kept.values()].join(", ")), cause };
}

function isIsdnCause(cause: number | undefined): boolean {
  return cause !== undefined && cause >= 1 && cause <= MAX_CAUSE;
}

function causeOfSip(status: number | undefined): number | undefined {
  return status !== undefined && status >= 300 ? causeOfStatus(status) : undefined;
}
