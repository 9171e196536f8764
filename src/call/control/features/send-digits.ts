import type { AnyCommandResult } from "../../cti/commands/commanded-calls.ts";
import { causeOfStatus, legsOf, otherLeg, type ModelLeg, type World } from "../../model/index.ts";
import { STATUS_OF_SIGNALING_ERROR } from "../../signaling/signaling-error.ts";
import type { CallTable } from "../call-table.ts";

export interface DigitParts {
  readonly world: World;
  readonly table: Pick<CallTable, "findByTag">;
}

/** What telephones have keys for. */
const DIGITS = /^[0-9A-D*#]{1,64}$/;
/** How long a key is held down. */
const DURATION_MS = 160;

/**
 * Sends digits of a device to the other party of its call, one after the other, each by INFO once the one before has been
 * taken. Resolves when all have been.
 */
export async function sendDigits(
  parts: DigitParts,
  device: string,
  callId: string | undefined,
  wanted: string,
): Promise<AnyCommandResult> {
  const digits = wanted.toUpperCase();
  if (!DIGITS.test(digits)) {
    return { ok: false, failure: "invalid-digits", detail: "expected 1 to 64 of 0 to 9, A to D, * and #" };
  }
  const leg = talkingLeg(parts.world, device, callId);
  if (leg === undefined) return { ok: false, failure: "wrong-state", detail: `${device} does not talk in that call` };
  for (let sent = 0; sent < digits.length; sent += 1) {
    // Each goes to whom the device talks with then.
    const status = await sendDigit(parts, leg.legId, digits[sent] ?? "");
    if (status < 300) continue;
    const told = { sip: { status }, q850: causeOfStatus(status), ...(sent > 0 ? { outcome: "applied" as const } : {}) };
    const detail = `${sent} of ${digits.length} digits have been sent`;
    if (status === GONE)
      return { ok: false, failure: "party-gone", detail, ...(sent > 0 ? { outcome: "applied" } : {}) };
    return { ok: false, failure: "device-capability", detail: `the other party takes no digits: ${detail}`, ...told };
  }
  return { ok: true, callId: leg.callId };
}

const GONE = 481;
const METHOD_NOT_ALLOWED = 405;

function talkingLeg(world: World, device: string, callId: string | undefined): ModelLeg | undefined {
  const legs = legsOf(world, device).filter(
    (leg) => leg.isUp && !leg.isHolding && !leg.isHeldByCommand && (callId === undefined || leg.callId === callId),
  );
  return legs.find((leg) => otherLeg(world, leg)?.isUp === true);
}

/** @returns the final status */
function sendDigit({ world, table }: DigitParts, legId: string, digit: string): Promise<number> {
  const own = world.legs.get(legId);
  const other = own === undefined ? undefined : otherLeg(world, own);
  const entry = other === undefined ? undefined : table.findByTag(other.legId);
  if (entry === undefined) return Promise.resolve(GONE);
  const { leg, session } = entry;
  if (leg.allowsInfo === false) return Promise.resolve(METHOD_NOT_ALLOWED);
  const body = { contentType: "application/dtmf-relay", text: `Signal=${digit}\r\nDuration=${DURATION_MS}\r\n` };
  return new Promise((resolve) => {
    session.requests.sendAside(
      leg,
      { method: "INFO", headers: [], body },
      {
        onResponse: ({ message: { status } }) => {
          if (status >= 200) resolve(status);
        },
        onFailed: ({ code }) => resolve(STATUS_OF_SIGNALING_ERROR[code]),
      },
    );
  });
}
