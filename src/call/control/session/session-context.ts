import type { Clock, Ids, Logger } from "../../../common/index.ts";
import type { MediaRelay } from "../../../media/index.ts";
import type { Outcome } from "../../model/index.ts";
import type { HeaderList, SignalingPort } from "../../signaling/signaling-port.ts";
import type { Leg } from "../leg/leg.ts";
import type { EndedCall } from "../reporting/record-of.ts";
import type { EndedSession, SavedCall } from "../recovery/saved-call.ts";
import type { SessionObserver } from "./session-observer.ts";

/** Who keeps track of calls and legs. */
export interface SessionOwner<Session> {
  addLeg(leg: Leg, session: Session): void;
  removeLeg(leg: Leg): void;
  /** A leg is about to leave its session for another one, by its name. */
  onTaken(leg: Leg, from: Session, to: string): void;
  onAnswered(session: Session): void;
  /** The 2xx to the INVITE of a leg that is in another session by now could not be sent any more. */
  onAnswerLost(leg: Leg): void;
  /** The same of a re-INVITE or UPDATE of a leg, wherever that is now. */
  onChangeAnswerLost(leg: Leg): void;
  /** Events have been worked off: anything about it may be different. */
  onChanged(session: Session): void;
  /** The call is at other devices than it was. */
  onMoved(session: Session): void;
  /**
   * The call is over for its devices; messages of its legs may still come. `finished` resolves when its media is
   * released and its record written; it never rejects.
   */
  onEnded(session: Session, outcome: Outcome, finished: Promise<void>): void;
  /** Nothing of it is left. */
  onClosed(session: Session): void;
}

/** Where established calls outlive the process. */
export interface CallStore {
  put(saved: SavedCall): void;
  /** It is over, and is kept until its record is there. */
  end(callId: string, ended: EndedSession): void;
  remove(callId: string): void;
}

/**
 * Encoding names that two devices may use with each other, the preferred one first; none: there is no such one. Undefined: any.
 */
export type CodecsBetween = (caller: string, callee: string) => readonly string[] | undefined;

/** What every call needs. */
export interface SessionContext<Session> {
  readonly port: SignalingPort;
  readonly relay: MediaRelay;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly owner: SessionOwner<Session>;
  readonly observer: SessionObserver<Session>;
  readonly store: CallStore;
  /** By names of devices. */
  readonly codecsBetween: CodecsBetween;
  /** Where to send a request inside the dialog of a leg, when the edge cannot know it; for example a URI of its phone's new connection. */
  wayTo(leg: Leg): string | undefined;
  /** What peers of the trust domain are told of the call of a session; absent: nothing. */
  readonly userToUser?: (sessionId: string) => HeaderList;
  /** Trace context (W3C) of a command that is under way for the call of a session; absent: none. */
  readonly traceparentOf?: (sessionId: string) => string | undefined;
  /** Resolves when its record is on file, or was given up. */
  writeRecord(ended: EndedCall): Promise<void>;
}
