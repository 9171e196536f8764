import { parseDigits, parseNameAddrList, splitList, type SipMessage } from "../message/index.ts";
import type { Flow, Patience, TransportLayer } from "../transport/index.ts";

/** What a keep-alive or a refresh may be late, before a flow counts as dead. */
const GRACE_SECONDS = 30;
const MAX_SECONDS = 86_400;

/** Notes what a 2xx to a REGISTER says about the connection that it came over, unless others have passed it on. */
export function keepRegistered(
  transport: Pick<TransportLayer, "keep">,
  register: SipMessage,
  flow: Flow,
  response: SipMessage,
): void {
  if (!flow.reliable || register.getAll("via").flatMap(splitList).length > 1) return;
  const patience = patienceAfter(response);
  if (patience !== undefined) transport.keep(flow.id, patience);
}

/**
 * How long the connection of a phone is kept after a 2xx to its REGISTER: a phone that was told a Flow-Timer has to be
 * heard that often (RFC 5626 5.4, 10); any other may be silent until it has to register again. `undefined`: nothing was
 * registered.
 */
export function patienceAfter(response: SipMessage): Patience | undefined {
  const flowTimer = secondsOf(response.get("flow-timer"));
  if (flowTimer > 0) return { silentMs: (flowTimer + GRACE_SECONDS) * 1_000 };
  const contacts = parseNameAddrList(response.getAll("contact"));
  if (!contacts.ok) return undefined;
  const usual = secondsOf(response.get("expires"));
  const longest = contacts.value.reduce((most, { params }) => {
    return Math.max(most, params.has("expires") ? secondsOf(params.get("expires")) : usual);
  }, 0);
  return longest === 0 ? undefined : { idleMs: (longest + GRACE_SECONDS) * 1_000 };
}

function secondsOf(text: string | undefined): number {
  const seconds = parseDigits(text ?? "", 2 ** 32 - 1);
  return seconds.ok ? Math.min(seconds.value, MAX_SECONDS) : 0;
}
