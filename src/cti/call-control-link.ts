import type {
  CallQuality,
  CallView,
  CtiAttach,
  CtiAttached,
  CtiCommandReply,
  CtiCommandRequest,
  CtiDeviceReply,
  CtiDeviceRequest,
  CtiSnapshot,
  PlacedSignal,
} from "../signals/index.ts";

/** What CTI is told by the link. Signals come in the order of their positions. */
export interface CallControlListener {
  onConnected(): void;
  onDisconnected(): void;
  onSignals(signals: readonly PlacedSignal[]): void;
}

/**
 * The way to call control. Nothing is queued: while the link is down every request fails.
 * @throws {SwitchError} of all methods: `not-connected`, it was down or went down; `timed-out`: after both it may have been
 * done or not; the code of what call control refused
 */
export interface CallControlLink {
  readonly isConnected: boolean;
  /** Connects, and connects again for as long as it is open. */
  start(listener: CallControlListener): void;
  attach(request: CtiAttach): Promise<CtiAttached>;
  /** Signals up to the position are wanted no more. */
  ack(position: number): Promise<void>;
  snapshot(): Promise<CtiSnapshot>;
  /** How a call was that has ended; undefined: it is not known any more. */
  endedCall(callId: string): Promise<CallView | undefined>;
  /** The media of a call now; undefined: it has ended. `timeoutMs`: how long a reply is waited for. */
  mediaQuality(callId: string, timeoutMs: number): Promise<CallQuality | undefined>;
  /** `timeoutMs`: how long a reply is waited for. */
  command(request: CtiCommandRequest, timeoutMs: number): Promise<CtiCommandReply>;
  device(request: CtiDeviceRequest): Promise<CtiDeviceReply>;
  /** May be called twice. */
  close(): void;
}
