import { MediaError } from "../../media-error.ts";
import { RelaySession, type SessionStart } from "./relay-session.ts";
import { movedSide, newSideStarts, type RelaySide, type RelaySideStart } from "./relay-side.ts";
import { newRelayStream, setPlain, type RelayStream } from "./relay-stream.ts";
import type { SessionContext } from "./session-context.ts";
import type { SideIndex } from "./stream-set.ts";

/** A side of a session, by position. */
export interface SidePlace {
  readonly session: RelaySession;
  readonly index: SideIndex;
}

const TAGS = ["caller", "callee"] as const;

/** @throws {MediaError} `unknown-session` when it is not there any more; `offer-refused` when it is a built-in far end */
export function sidePlace(session: RelaySession, tag: string): SidePlace {
  const index = session.sides.findIndex((side) => side.tag === tag && !side.hasLeft);
  if (index !== 0 && index !== 1) {
    throw new MediaError("unknown-session", "the session has no such side", { callId: session.callId, tag });
  }
  if (session.farSide?.index === index) {
    throw new MediaError("offer-refused", "that side is a built-in far end", { callId: session.callId, tag });
  }
  return { session, index };
}

/**
 * Makes a session of sides of others, with their sockets; a side that is absent is new.
 * @throws {MediaError} `offer-refused` when both are the same; nothing has changed then
 */
export function joinSides(
  { callId, onPromptEnd }: Pick<SessionStart, "callId" | "onPromptEnd">,
  [caller, callee]: readonly [SidePlace, SidePlace | undefined],
  context: SessionContext,
  newSide: (start: RelaySideStart) => RelaySide,
): RelaySession {
  if (caller.session === callee?.session && caller.index === callee.index) {
    throw new MediaError("offer-refused", "a side cannot be joined with itself", { callId });
  }
  const starts = newSideStarts(TAGS, context.ids);
  const sides = [
    movedSide(caller.session.sides[caller.index], TAGS[0], newSide),
    callee === undefined ? newSide(starts[1]) : movedSide(callee.session.sides[callee.index], TAGS[1], newSide),
  ] as const;
  const streams = new Map<number, RelayStream>();
  moveLegs(caller, streams, 0, sides[0]);
  if (callee !== undefined) moveLegs(callee, streams, 1, sides[1]);
  caller.session.sideLeft(caller.index);
  callee?.session.sideLeft(callee.index);
  const session = new RelaySession({ callId, createdAtMs: context.clock.wallMs(), sides, onPromptEnd }, context);
  session.adopt([...streams.values()]);
  return session;
}

function moveLegs(from: SidePlace, streams: Map<number, RelayStream>, to: SideIndex, side: RelaySide): void {
  for (const { mediaIndex, payloads, legs, formerLegs, hearing, isPlain } of from.session.streams) {
    const leg = legs[from.index];
    if (leg === undefined) continue;
    const stream = streams.get(mediaIndex) ?? newRelayStream(mediaIndex);
    streams.set(mediaIndex, stream);
    stream.payloads.add(payloads.entries);
    stream.legs[to] = leg.move(side, stream.payloads);
    stream.hearing[to] = hearing[from.index];
    setPlain(stream, isPlain);
    legs[from.index] = undefined;
    formerLegs[from.index] = leg;
  }
}
