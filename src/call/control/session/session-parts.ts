import type { RelayEndpoint } from "../../../media/index.ts";
import type { Session, SessionEvent } from "../../model/index.ts";
import { BranchSet } from "../leg/branch-set.ts";
import type { CallGoal } from "./call-goal.ts";
import type { CallMedia } from "./call-media.ts";
import { DialogRequests, type DialogRequestsOptions } from "../leg/dialog-requests.ts";
import type { Leg, LegDevice } from "../leg/leg.ts";
import type { LegLog } from "../leg/leg-log.ts";
import { MediaOperations } from "./media-operations.ts";
import type { SessionContext } from "./session-context.ts";
import { SessionMoves } from "./session-moves.ts";
import { RefusalWarning } from "../headers/warning-header.ts";

/** What the parts of a session's shell need of it. */
export interface SessionHost<Shell> extends Pick<DialogRequestsOptions, "describe" | "rename" | "onIdle" | "onRefer"> {
  readonly context: SessionContext<Shell>;
  readonly sessionId: string;
  readonly media: CallMedia;
  readonly log: LegLog;
  /** The parties as they are now. */
  readonly legs: { readonly caller: Leg; readonly callee: Leg | undefined };
  readonly dispatch: (event: SessionEvent) => void;
  readonly onLeg: (leg: Leg) => void;
  readonly goal: CallGoal;
  readonly call: () => Session;
  /** Who rings or has answered, when it is known. */
  readonly onConnected: (device: LegDevice | undefined) => void;
  /** A service of the switch is to answer it. */
  readonly onService: (endpoint: RelayEndpoint) => void;
}

/** What performs a session's effects. */
export interface SessionParts {
  readonly warning: RefusalWarning;
  readonly requests: DialogRequests;
  readonly branches: BranchSet;
  readonly mediaOperations: MediaOperations;
  readonly moves: SessionMoves;
}

/** Makes the parts of a session's shell. */
export function makeParts<Shell>(host: SessionHost<Shell>): SessionParts {
  const { context, dispatch, goal, call, legs, log, media, onLeg, onConnected, onIdle, onRefer, describe, rename } =
    host;
  const { port, ids } = context;
  const codecsBetween = legs.caller.takesAnyCodec === true ? () => undefined : context.codecsBetween;
  const warning = new RefusalWarning();
  const wayTo = (leg: Leg): string | undefined => context.wayTo(leg);
  const onChangeAnswerLost = (leg: Leg): void => context.owner.onChangeAnswerLost(leg);
  const ways = { wayTo, describe, rename };
  const requests = new DialogRequests({ port, ids, warning, dispatch, onIdle, onRefer, onChangeAnswerLost, ...ways });
  const branches = new BranchSet({
    port,
    ids,
    dispatch,
    log,
    onLeg,
    onLegGone: (leg) => context.owner.removeLeg(leg),
    onConnected,
    onWarnings: (codes) => warning.note(codes),
    codecsBetween,
    toTrusted: () => context.userToUser?.(host.sessionId) ?? [],
    onDeflected: (by, uri) => goal.noteDeflection(by, uri),
  });
  const branchLeg = (branchId: string): Leg | undefined => branches.get(branchId)?.leg;
  const mediaOperations = new MediaOperations({ media, warning, dispatch, legs, branchLeg, codecsBetween });
  const moves = new SessionMoves({ ids, branches, requests, goal, call, dispatch, onService: host.onService });
  return { warning, requests, branches, mediaOperations, moves };
}
