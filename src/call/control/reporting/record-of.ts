import { withMore } from "../../../common/index.ts";
import { isPrivate } from "../../identity/privacy.ts";
import { ANONYMOUS } from "../../identity/presented-identity.ts";
import { callOfSession, type Outcome } from "../../model/index.ts";
import { codecOf } from "../../record/agreed-media.ts";
import type { CallFacts, CallRecord, PartialReason, RecordNumbers, RecordParty } from "../../record/call-record.ts";
import type { CallProgress } from "../session/call-progress.ts";
import type { LegDevice } from "../leg/leg.ts";
import { causeOf, numberOf, textOf, type CallStanding, type RecordContext } from "./record-context.ts";
import { recordLegs } from "./record-legs.ts";

/** A call that has ended, at `nowMs`. */
export interface EndedCall extends CallStanding {
  readonly outcome: Outcome;
}

/** What is known of a call that goes on, or as far as it does not depend on how it ended. */
export function callFacts(standing: CallStanding, context: RecordContext, outcome?: Outcome): CallFacts {
  const { progress, call } = standing;
  const { callId, calledNumber, callee, service, startedAtMs, ringingAtMs, answeredAtMs, redirect } = progress;
  const codec = codecOf(call.caller.localSdp ?? "");
  const partial = partialReasons(standing);
  const legsOmitted = progress.legs?.omitted ?? 0;
  return {
    callId,
    globalCallId: { node: context.node, call: callOfSession(callId) },
    caller: partyOf(progress.caller, progress.isFromSwitch === true ? [] : [progress.sipCallIds.caller]),
    calledNumber: textOf(calledNumber),
    ...(callee === undefined ? {} : { callee: partyOf(callee, progress.sipCallIds.callee) }),
    ...(service === undefined ? {} : { service }),
    numbers: numbersOf(progress, context),
    ...(redirect === undefined ? {} : { redirect }),
    ...partOf(progress),
    startedAt: isoOf(startedAtMs),
    startedAtMs,
    ...(ringingAtMs === undefined ? {} : { ringingAt: isoOf(ringingAtMs), ringingAtMs }),
    ...(answeredAtMs === undefined ? {} : { answeredAt: isoOf(answeredAtMs), answeredAtMs }),
    ...(codec === undefined ? {} : { codec }),
    legs: recordLegs(standing, context, outcome),
    ...(legsOmitted === 0 ? {} : { legsOmitted }),
    ...(partial.length === 0 ? {} : { partial }),
  };
}

/** The record of a call that has ended. */
export function recordOf(ended: EndedCall, context: RecordContext): CallRecord {
  const { progress, outcome, nowMs: endedAtMs, summary } = ended;
  const { startedAtMs, ringingAtMs, answeredAtMs } = progress;
  return withMore(callFacts(ended, context, outcome), {
    endedAt: isoOf(endedAtMs),
    endedAtMs,
    durationMs: answeredAtMs === undefined ? 0 : Math.max(0, endedAtMs - answeredAtMs),
    ringMs: Math.max(0, (answeredAtMs ?? endedAtMs) - (ringingAtMs ?? startedAtMs)),
    cause: causeOf(outcome),
    reason: outcome.reason,
    endedBy: outcome.by,
    sides: (summary?.sides ?? []).map(({ tag, packets, lost, jitterMs, mos }) => ({
      side: tag,
      packets,
      lost,
      jitterMs,
      ...(mos === undefined ? {} : { mos }),
    })),
  });
}

/** Nothing for what is the whole of its call. */
function partOf({ callId, origin, movedTo }: CallProgress): Pick<CallFacts, "part"> {
  if (origin === undefined && movedTo === undefined) return {};
  const { controller, from = [] } = origin ?? {};
  const call = callOfSession(callId);
  const mergedFrom = [...new Set(from.map(callOfSession))].filter((other) => other !== call);
  const mergedInto = movedTo === undefined || callOfSession(movedTo) === call ? undefined : callOfSession(movedTo);
  return {
    part: withMore(controller === undefined ? {} : { controller }, {
      ...(from.length === 0 ? {} : { movedFrom: from }),
      ...(movedTo === undefined ? {} : { movedTo }),
      ...(mergedFrom.length === 0 ? {} : { mergedFrom }),
      ...(mergedInto === undefined ? {} : { mergedInto }),
    }),
  };
}

function numbersOf(progress: CallProgress, context: RecordContext): RecordNumbers {
  const { caller, callee, calledNumber, legs, redirect } = progress;
  const { number, displayName, privacy = [] } = caller;
  const name = displayName === undefined ? {} : { name: textOf(displayName) };
  const answered = legs?.legs.find(({ isAnswered }) => isAnswered === true)?.device;
  const reached = answered ?? callee;
  const finalCalled = reached === undefined ? { number: textOf(calledNumber) } : numberOf(reached, context);
  return {
    calling: withMore(numberOf(caller, context), { ...name }),
    presented: isPrivate(privacy) ? { number: ANONYMOUS } : { number: textOf(number), ...name },
    dialed: textOf(calledNumber),
    originalCalled: redirect?.originalCalled ?? finalCalled,
    finalCalled,
    ...(redirect?.lastRedirecting === undefined ? {} : { lastRedirecting: redirect.lastRedirecting }),
  };
}

function partialReasons({ progress, summary }: CallStanding): readonly PartialReason[] {
  const { answeredAtMs, partial = [] } = progress;
  if (answeredAtMs === undefined) return partial;
  if (summary === undefined) return [...partial, "relay-unreachable"];
  // A session that the relay had lost was made anew by a new offer.
  const isLate = summary.isPartial === true || summary.createdAtMs > answeredAtMs;
  return isLate ? [...partial, "relay-restarted"] : partial;
}

function partyOf({ name, number }: LegDevice, sipCallIds: readonly string[]): RecordParty {
  return { device: name, number: textOf(number), sipCallIds };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
