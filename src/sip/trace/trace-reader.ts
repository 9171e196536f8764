import type { MessageEnds, TransportProtocol } from "../transport/index.ts";
import { maskSecrets } from "./mask-secrets.ts";
import type { KeptMessage, TraceRing } from "./trace-ring.ts";

/** An end of messages: a phone's or peer's address, with or without a port. */
export interface TraceRemote {
  readonly address: string;
  readonly port?: number;
}

/** Which messages are wanted: those that any of the lists names; without a list, all. */
export interface TraceQuery {
  /** Only messages with a higher sequence number; 0 for all that are kept. */
  readonly after: number;
  readonly sipCallIds?: readonly string[];
  readonly remotes?: readonly TraceRemote[];
  /** User parts of the To of REGISTER. */
  readonly registering?: readonly string[];
}

/** A message that passed the edge. */
export interface TracedMessage {
  readonly sequence: number;
  /** Wall-clock milliseconds. */
  readonly timeMs: number;
  readonly direction: "received" | "sent";
  readonly protocol: TransportProtocol;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Empty when the message has none. */
  readonly sipCallId: string;
  /** latin1, with secrets masked. */
  readonly text: string;
}

/** What a query found, in the order in which it passed. */
export interface TraceAnswer {
  readonly messages: readonly TracedMessage[];
  /** For `after` of the next query. */
  readonly next: number;
  /** Messages after `after`, of any kind, that were overwritten before they could be looked at. */
  readonly missed: number;
  /** There is more: ask again at once. */
  readonly more: boolean;
}

const MESSAGES_PER_TURN = 200;
const MAX_MESSAGES = 1_000;
const MAX_CHARACTERS = 2 * 1024 * 1024;

/**
 * Looks up messages, a few at a time: between them the event loop goes on.
 * @param visibleLocal our address as a message's other end sees it, where the listener is bound to all of them
 */
export async function readTrace(
  ring: TraceRing,
  query: TraceQuery,
  visibleLocal: (ends: MessageEnds) => string,
): Promise<TraceAnswer> {
  const matches = matcherOf(query);
  const end = ring.nextSequence;
  const messages: TracedMessage[] = [];
  let [missed, characters] = [0, 0];
  let at = Math.min(query.after + 1, end);
  for (let looked = 0; at < end; looked += 1) {
    if (at < ring.firstSequence) {
      missed += ring.firstSequence - at;
      at = ring.firstSequence;
      continue;
    }
    if (messages.length >= MAX_MESSAGES || characters >= MAX_CHARACTERS) break;
    const kept = ring.get(at);
    at += 1;
    if (kept !== undefined) {
      const sipCallId = callIdOf(kept.text);
      if (matches(kept, sipCallId)) {
        messages.push(viewOf(kept, sipCallId, visibleLocal));
        characters += kept.text.length;
      }
    }
    if (looked % MESSAGES_PER_TURN === MESSAGES_PER_TURN - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return { messages, next: at - 1, missed, more: at < end };
}

function matcherOf(query: TraceQuery): (kept: KeptMessage, sipCallId: string) => boolean {
  const { sipCallIds, remotes, registering } = query;
  if (sipCallIds === undefined && remotes === undefined && registering === undefined) return () => true;
  const ids = new Set(sipCallIds);
  const places = new Set((remotes ?? []).map(({ address, port }) => `${address}|${port ?? ""}`));
  const users = new Set(registering);
  return ({ ends, text }, sipCallId) => {
    if (ids.has(sipCallId)) return true;
    const { remoteAddress, remotePort } = ends;
    if (places.has(`${remoteAddress}|`) || places.has(`${remoteAddress}|${remotePort}`)) return true;
    return users.size > 0 && /\r\ncseq[ \t]*:[ \t]*\d+[ \t]+REGISTER\b/i.test(text) && users.has(userOfTo(text));
  };
}

function viewOf(kept: KeptMessage, sipCallId: string, visibleLocal: (ends: MessageEnds) => string): TracedMessage {
  const { sequence, timeMs, isSent, ends, text } = kept;
  const { protocol, localPort, remoteAddress, remotePort } = ends;
  return {
    sequence,
    timeMs,
    direction: isSent ? "sent" : "received",
    protocol,
    localAddress: visibleLocal(ends),
    localPort,
    remoteAddress,
    remotePort,
    sipCallId,
    text: maskSecrets(text),
  };
}

function callIdOf(text: string): string {
  return /\r\n(?:call-id|i)[ \t]*:(?:[ \t]|\r\n[ \t])*([^\s]*)/i.exec(text)?.[1] ?? "";
}

function userOfTo(text: string): string {
  return /\r\n(?:to|t)[ \t]*:[^\r\n]*?sips?:([^@>;\s]+)@/i.exec(text)?.[1] ?? "";
}
