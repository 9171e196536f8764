import { withMore } from "../../../common/index.ts";
import type { SideStatistics } from "../../../media/index.ts";
import { causeOfStatus, type Outcome, type Side } from "../../model/index.ts";
import { agreedMedia } from "../../record/agreed-media.ts";
import type { RecordCause, RecordLeg, RecordMedia } from "../../record/call-record.ts";
import { holdsAt } from "../session/hold-log.ts";
import type { LegDevice } from "../leg/leg.ts";
import type { LoggedLeg } from "../leg/leg-log.ts";
import { qualityOf } from "./quality-of.ts";
import { causeOf, numberOf, textOf, type CallStanding, type RecordContext } from "./record-context.ts";

/** Q.850: another leg has answered; nobody did. */
const NON_SELECTED = 26;
const NO_ANSWER = 19;

/** The legs of a call: the caller's, then INVITEs of ours in their order. `outcome` is absent while it goes on. */
export function recordLegs(
  standing: CallStanding,
  context: RecordContext,
  outcome: Outcome | undefined,
): readonly RecordLeg[] {
  const logged = standing.progress.legs?.legs ?? [];
  const legs = logged.map((leg, index) => calleeLeg(leg, index + 2, standing, context, outcome));
  return standing.progress.isFromSwitch === true ? legs : [callerLeg(standing, context, outcome), ...legs];
}

function callerLeg(standing: CallStanding, context: RecordContext, outcome: Outcome | undefined): RecordLeg {
  const { progress, nowMs } = standing;
  const { caller, callerSource, startedAtMs, ringingAtMs, answeredAtMs, sipCallIds } = progress;
  const isAnswered = answeredAtMs !== undefined;
  const result = isAnswered ? "answered" : outcome?.by === "caller" ? "given-up" : "refused";
  return {
    leg: 1,
    party: "caller",
    ...(outcome === undefined && !isAnswered ? {} : { outcome: result }),
    ...deviceOf(caller, context),
    ...(callerSource === undefined ? {} : { signaling: callerSource }),
    sipCallId: sipCallIds.caller,
    startedAtMs,
    ...(ringingAtMs === undefined ? {} : { ringingAtMs }),
    ...(isAnswered ? { connectedAtMs: answeredAtMs } : {}),
    ...(outcome === undefined ? {} : { disconnectedAtMs: nowMs }),
    durationMs: isAnswered ? Math.max(0, nowMs - answeredAtMs) : 0,
    ...(outcome === undefined || outcome.by === "callee" ? {} : { cause: causeOf(outcome) }),
    ...mediaOf("caller", standing),
  };
}

function calleeLeg(
  logged: LoggedLeg,
  leg: number,
  standing: CallStanding,
  context: RecordContext,
  outcome: Outcome | undefined,
): RecordLeg {
  const { sipCallId, startedAtMs, ringingAtMs, connectedAtMs, source } = logged;
  const isAnswered = logged.isAnswered === true;
  const device = logged.device ?? standing.progress.callee;
  const endedAtMs = isAnswered || logged.endedAtMs === undefined ? outcome && standing.nowMs : logged.endedAtMs;
  const result = isAnswered ? "answered" : outcomeOf(logged, outcome !== undefined);
  const cause = isAnswered ? answeredCause(outcome) : failureCause(logged, standing, outcome);
  const route = device?.kind === "peer" ? { trunk: device.name, ...logged.route } : logged.route;
  return {
    leg,
    party: "callee",
    ...(result === undefined ? {} : { outcome: result }),
    ...deviceOf(device ?? { kind: "peer", name: "", number: standing.progress.calledNumber }, context),
    ...(route === undefined ? {} : { route }),
    ...(source === undefined ? {} : { signaling: source }),
    sipCallId,
    startedAtMs,
    ...(ringingAtMs === undefined ? {} : { ringingAtMs }),
    ...(connectedAtMs === undefined ? {} : { connectedAtMs }),
    ...(endedAtMs === undefined ? {} : { disconnectedAtMs: endedAtMs }),
    durationMs: connectedAtMs === undefined ? 0 : Math.max(0, (endedAtMs ?? standing.nowMs) - connectedAtMs),
    ...(cause === undefined ? {} : { cause }),
    // Who answers the switch is in the caller's place of its session.
    ...(isAnswered ? mediaOf(standing.progress.isFromSwitch === true ? "caller" : "callee", standing) : {}),
  };
}

function outcomeOf({ isGivenUp, status, source }: LoggedLeg, isOver: boolean): RecordLeg["outcome"] {
  if (isGivenUp === true) return "given-up";
  if (status === undefined) return isOver ? "given-up" : undefined;
  return source === undefined ? "unreached" : "refused";
}

function answeredCause(outcome: Outcome | undefined): RecordCause | undefined {
  return outcome === undefined || outcome.by === "caller" ? undefined : causeOf(outcome);
}

/** Why a leg came to nothing; undefined while it goes on, and when the caller has taken the call back. */
function failureCause(
  logged: LoggedLeg,
  { progress, nowMs }: CallStanding,
  outcome: Outcome | undefined,
): RecordCause | undefined {
  const { status, cause, isGivenUp, endedAtMs = nowMs } = logged;
  if (isGivenUp !== true && status !== undefined) return causeOf({ cause: cause ?? causeOfStatus(status), status });
  if (isGivenUp !== true && outcome === undefined) return undefined;
  const isAnswered = progress.answeredAtMs !== undefined;
  const isTakenBack = outcome?.by === "caller" && endedAtMs >= nowMs && !isAnswered;
  if (isTakenBack) return undefined;
  return causeOf({ cause: isAnswered ? NON_SELECTED : NO_ANSWER, status: status ?? 487 });
}

function deviceOf(
  device: LegDevice,
  context: RecordContext,
): Pick<RecordLeg, "device" | "deviceKind" | "devicePool" | "owner" | "number" | "partition" | "name"> {
  const { kind, name, displayName } = device;
  return {
    device: name,
    deviceKind: kind,
    ...context.deviceFacts(name),
    ...numberOf(device, context),
    ...(displayName === undefined ? {} : { name: textOf(displayName) }),
  };
}

function mediaOf(side: Side, standing: CallStanding): Pick<RecordLeg, "holds" | "media" | "quality"> {
  const { progress, call, nowMs, summary } = standing;
  const holds = holdsAt(progress.holds?.holds[side], nowMs);
  const agreed = agreedMedia(call[side].localSdp, call[side].remoteSdp);
  const statistics = summary?.sides.find(({ tag }) => tag === side);
  const media = agreed && withSeenPacketMs(agreed, statistics);
  return withMore(holds === undefined ? {} : { holds }, {
    ...(media === undefined ? {} : { media }),
    ...(statistics === undefined ? {} : { quality: qualityOf(statistics, agreed?.codec, summary?.isPartial === true) }),
  });
}

function withSeenPacketMs(media: RecordMedia, statistics: SideStatistics | undefined): RecordMedia {
  const { packetMs = statistics?.packetMs } = media;
  return packetMs === undefined ? media : withMore(media, { packetMs });
}
