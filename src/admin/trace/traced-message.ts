/** A SIP message as the edge kept it; secrets are masked. */
export interface TracedMessage {
  readonly sequence: number;
  /** Wall-clock milliseconds. */
  readonly timeMs: number;
  readonly direction: "received" | "sent";
  readonly protocol: string;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly sipCallId: string;
  /** One character an octet. */
  readonly text: string;
}

/** What the edge answers to `trace`. */
export interface TraceAnswer {
  readonly messages: readonly TracedMessage[];
  readonly next: number;
  readonly missed: number;
  readonly more: boolean;
}

/** Which messages are wanted; without a list, all. */
export interface TraceFilter {
  readonly sipCallIds?: readonly string[];
  readonly remotes?: readonly { readonly address: string; readonly port?: number }[];
  readonly registering?: readonly string[];
}

/** A party of a call, and the Call-IDs of its dialogs. */
export interface SubjectParty {
  readonly device: string;
  readonly number: string;
  readonly sipCallIds: readonly string[];
}

/** What call control answers to `trace-call`. */
export interface CallSubject {
  readonly callId: string;
  readonly state: string;
  readonly calledNumber: string;
  readonly startedAtMs: number;
  readonly caller: SubjectParty;
  readonly callee: SubjectParty;
}

/** The first line, octets read as UTF-8. */
export function startLineOf({ text }: Pick<TracedMessage, "text">): string {
  const end = text.indexOf("\r\n");
  return readable(end < 0 ? text : text.slice(0, end));
}

/** The remote end, for example `udp 192.0.2.7:5060`. */
export function remoteOf({ protocol, remoteAddress, remotePort }: TracedMessage): string {
  const host = remoteAddress.includes(":") ? `[${remoteAddress}]` : remoteAddress;
  return `${protocol} ${host}:${remotePort}`;
}

/** Octets as text: UTF-8 where it is that. */
export function readable(octets: string): string {
  return Buffer.from(octets, "latin1").toString("utf8");
}
