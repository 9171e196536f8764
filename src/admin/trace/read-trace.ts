import type { ServiceCaller } from "../control/service-caller.ts";
import { ladderOf, type Ladder } from "./ladder.ts";
import type { CallSubject, TraceAnswer, TracedMessage, TraceFilter } from "./traced-message.ts";

/** Answers asked for in one go; what comes faster is left to the next time. */
const MAX_ANSWERS = 256;
const TIMEOUT_MS = 5_000;

/** What was found, and where to go on. */
export interface TraceReading {
  readonly messages: readonly TracedMessage[];
  readonly next: number;
  /** Messages of any kind that were overwritten before they could be looked at. */
  readonly missed: number;
}

/** Reads all messages that the edge keeps and that came after number `after`. @throws {ChannelError} */
export async function readTrace(caller: ServiceCaller, filter: TraceFilter, after: number): Promise<TraceReading> {
  const messages: TracedMessage[] = [];
  let [next, missed] = [after, 0];
  for (let count = 0; count < MAX_ANSWERS; count += 1) {
    const answer = (await caller.call("edge", "trace", { ...filter, after: next }, TIMEOUT_MS)) as TraceAnswer;
    messages.push(...answer.messages);
    next = answer.next;
    missed += answer.missed;
    if (!answer.more) break;
  }
  return { messages, next, missed };
}

/** The call that goes on or ended lately. @throws {ChannelError} `unknown-call` */
export async function readCallSubject(caller: ServiceCaller, callId: string): Promise<CallSubject> {
  return (await caller.call("callmanager", "trace-call", { callId })) as CallSubject;
}

/** The Call-IDs of both parties. */
export function sipCallIdsOf({ caller, callee }: CallSubject): readonly string[] {
  return [...caller.sipCallIds, ...callee.sipCallIds];
}

/** The ladder of a call, of what the edge keeps of it. @throws {ChannelError} `unknown-call` */
export async function readLadder(caller: ServiceCaller, callId: string): Promise<Ladder> {
  const subject = await readCallSubject(caller, callId);
  const { messages } = await readTrace(caller, { sipCallIds: sipCallIdsOf(subject) }, 0);
  return ladderOf(subject, messages);
}
