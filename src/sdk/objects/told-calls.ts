import type { CallView, EventType, Topic } from "../../protocol/index.ts";

/** What a snapshot was asked for by. */
export interface Asked {
  readonly device?: string;
  readonly topics?: readonly Topic[];
  readonly types?: readonly EventType[];
}

/** What a topic names, as text. */
export function topicText(topic: Topic): string {
  if (topic.kind === "call") return `call ${topic.callId}`;
  return "name" in topic ? `${topic.kind} ${topic.name}` : topic.kind;
}

/** By which topics calls are told of: all that have been in them count, as at the server. As many as there are calls. */
export class ToldCalls {
  readonly #topics = new Map<string, Set<string>>();

  /** The call is as in the view. @param devicesOf a call that is only offered is there for all devices of the line */
  note({ callId, mergedFrom, connections }: CallView, devicesOf: (line: string) => readonly string[]): void {
    const topics = this.#of(callId);
    for (const id of [callId, ...mergedFrom]) topics.add(`call ${id}`);
    for (const { party, terminals } of connections) {
      for (const { device } of terminals) topics.add(`device ${device}`);
      if (party.line === undefined) continue;
      topics.add(`line ${party.line}`);
      if (terminals.length === 0) for (const device of devicesOf(party.line)) topics.add(`device ${device}`);
    }
  }

  /** A reply to one of these has shown the call, whoever is in it. */
  claim(callId: string, topics: Iterable<string>): void {
    for (const topic of topics) this.#of(callId).add(topic);
  }

  /** It has ended, perhaps in another one. */
  ended(callId: string, mergedInto: string | undefined): void {
    const topics = this.#topics.get(callId);
    this.#topics.delete(callId);
    if (topics !== undefined && mergedInto !== undefined && this.#topics.has(mergedInto))
      this.claim(mergedInto, topics);
  }

  /** Calls that none of the topics tells of that are left. */
  untold(isLeft: (topic: string) => boolean): string[] {
    return [...this.#topics].filter(([, topics]) => ![...topics].some(isLeft)).map(([callId]) => callId);
  }

  #of(callId: string): Set<string> {
    const known = this.#topics.get(callId) ?? new Set<string>();
    this.#topics.set(callId, known);
    return known;
  }
}
