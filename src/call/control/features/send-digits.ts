import type { Clock } from "../../../common/index.ts";
import { MediaError } from "../../../media/index.ts";
import type { AnyCommandResult } from "../../cti/commands/commanded-calls.ts";
import { causeOfStatus, legsOf, otherLeg, type ModelLeg, type World } from "../../model/index.ts";
import { STATUS_OF_SIGNALING_ERROR } from "../../signaling/signaling-error.ts";
import type { CallSession } from "../call-session.ts";
import type { CallTable } from "../call-table.ts";
import type { Leg } from "../leg.ts";

export interface DigitParts {
  readonly world: World;
  readonly table: Pick<CallTable, "findByTag">;
  readonly clock: Clock;
}

/** What telephones have keys for, and pauses. */
const DIGITS = /^[0-9A-D*#,]{1,64}$/;
const PAUSE = ",";
const PAUSE_MS = 1_000;
/** How long a key is held down. */
const DURATION_MS = 160;

/**
 * Sends digits of a device to the other party of its call, one after the other: in its RTP where it has agreed on that
 * (RFC 4733), else by INFO, once the one before has been taken. Resolves when all have been.
 */
export async function sendDigits(
  parts: DigitParts,
  device: string,
  callId: string | undefined,
  wanted: string,
): Promise<AnyCommandResult> {
  const digits = wanted.toUpperCase();
  if (!DIGITS.test(digits)) {
    return { ok: false, failure: "invalid-digits", detail: "expected 1 to 64 of 0 to 9, A to D, *, # and ," };
  }
  const leg = talkingLeg(parts.world, device, callId);
  if (leg === undefined) return { ok: false, failure: "wrong-state", detail: `${device} does not talk in that call` };
  for (let sent = 0; sent < digits.length; sent += 1) {
    // Each goes to whom the device talks with then.
    const way = await sendDigit(parts, leg.legId, digits[sent] ?? "");
    if (way !== "sent") return notSent(way, sent, digits.length);
  }
  return { ok: true, callId: leg.callId };
}

/** What came of a digit: `unknown`: the media service was lost meanwhile; or the status that refuses it. */
type Sent = "sent" | "gone" | "unknown" | number;

const GONE = 481;
const METHOD_NOT_ALLOWED = 405;

function notSent(why: Exclude<Sent, "sent">, sent: number, wanted: number): AnyCommandResult {
  const detail = `${sent} of ${wanted} digits have been sent`;
  const outcome = sent > 0 ? { outcome: "applied" as const } : {};
  if (why === "unknown") return { ok: false, failure: "no-bridge", detail, outcome: "unknown" };
  if (why === "gone" || why === GONE) return { ok: false, failure: "party-gone", detail, ...outcome };
  const far = { sip: { status: why }, q850: causeOfStatus(why) };
  return {
    ok: false,
    failure: "device-capability",
    detail: `the other party takes no digits: ${detail}`,
    ...far,
    ...outcome,
  };
}

function talkingLeg(world: World, device: string, callId: string | undefined): ModelLeg | undefined {
  const legs = legsOf(world, device).filter(
    (leg) => leg.isUp && !leg.isHolding && !leg.isHeldByCommand && (callId === undefined || leg.callId === callId),
  );
  return legs.find((leg) => otherLeg(world, leg)?.isUp === true);
}

async function sendDigit({ world, table, clock }: DigitParts, legId: string, digit: string): Promise<Sent> {
  if (digit === PAUSE) {
    await new Promise<void>((resolve) => void clock.after(PAUSE_MS, resolve));
    return "sent";
  }
  const own = world.legs.get(legId);
  const other = own === undefined ? undefined : otherLeg(world, own);
  const entry = other === undefined ? undefined : table.findByTag(other.legId);
  if (entry === undefined) return "gone";
  const { leg, session } = entry;
  try {
    if (await sendByRtp(session, leg, digit)) return "sent";
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    return "unknown";
  }
  const status = await sendByInfo(session, leg, digit);
  return status < 300 ? "sent" : status;
}

/** An application is told of digits, wherever its media ends. */
async function sendByRtp(session: CallSession, leg: Leg, digit: string): Promise<boolean> {
  const side = session.sideOf(leg);
  return leg.cti === undefined && side !== undefined && session.media.sendDigit(side, digit);
}

/** @returns the final status */
function sendByInfo(session: CallSession, leg: Leg, digit: string): Promise<number> {
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
