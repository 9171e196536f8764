import { isValidHeaderValue, parseReason, quote, splitList, type SipMessage } from "../../sip/message/index.ts";
import { causeName, causeOfStatus, type Outcome } from "../model/index.ts";
import type { HeaderList } from "../signaling/signaling-port.ts";

const MAX_LENGTH = 256;
const TEMPORARY_FAILURE = 41;

/** CANCEL of a branch while another one has answered (RFC 3326 2). */
export const COMPLETED_ELSEWHERE: HeaderList = [["Reason", 'SIP;cause=200;text="Call completed elsewhere"']];

/** Why we end a leg, or refuse a call. */
export function reasonOf({ cause }: Outcome): HeaderList {
  return [["Reason", `Q.850;cause=${cause};text=${quote(causeName(cause))}`]];
}

/** What the records say of a dialog that was lost: its cause is that of the Reason, or a temporary failure. */
export function lossOutcome(message?: SipMessage): Outcome {
  const first = message?.getAll("reason").flatMap((value) => splitList(value))[0];
  const reason = first === undefined ? undefined : parseReason(first);
  const { protocol, cause } = reason?.ok === true ? reason.value : { protocol: "", cause: undefined };
  return { by: "switch", reason: "session-lost", status: 200, cause: causeOf(protocol, cause) ?? TEMPORARY_FAILURE };
}

function causeOf(protocol: string, cause: number | undefined): number | undefined {
  if (protocol.toUpperCase() === "Q.850") return cause;
  return protocol.toUpperCase() === "SIP" && cause !== undefined && cause >= 300 ? causeOfStatus(cause) : undefined;
}

/** The Reason of a BYE or CANCEL, to be passed on; undefined when there is none that is well-formed. */
export function copiedReason(message: SipMessage): HeaderList | undefined {
  const values = message.getAll("reason").flatMap((value) => splitList(value));
  const text = values.join(", ");
  if (values.length === 0 || text.length > MAX_LENGTH || !isValidHeaderValue(text)) return undefined;
  return values.every((value) => parseReason(value).ok) ? [["Reason", text]] : undefined;
}
