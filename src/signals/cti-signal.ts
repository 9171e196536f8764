import type { CallChange, CallView } from "./call-view.ts";
import type { DeviceView, LineView } from "./device-view.ts";
import type { MediaView } from "./media-view.ts";
import type { RouteMoment, RouteView } from "./route-view.ts";

/** What call control tells CTIManagers, in order. Plain JSON. */
export type CtiSignal = SignalFacts & {
  /** Trace context (W3C) of the command that it is an effect of; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
};

type SignalFacts =
  /** One step of a call: how it is now, and what has changed; never empty. */
  | { readonly kind: "call"; readonly call: CallView; readonly changes: readonly CallChange[] }
  /** A device or a line that is now so; a later one makes an earlier one of no interest. */
  | { readonly kind: "device"; readonly device: DeviceView }
  | { readonly kind: "line"; readonly line: LineView }
  /** A device or line is in the configuration no more. */
  | { readonly kind: "removed"; readonly device?: string; readonly line?: string }
  | { readonly kind: "route"; readonly moment: RouteMoment; readonly route: RouteView }
  | { readonly kind: "media"; readonly media: MediaView }
  /** Digits that a device in a call has got from the other party. */
  | { readonly kind: "digits"; readonly callId: string; readonly device: string; readonly digits: string };

/**
 * A signal with its place. Positions have no gap within an `epoch` of the outbox; a new epoch means that signals may have
 * been lost, and that a snapshot is to be taken.
 */
export interface PlacedSignal {
  readonly position: number;
  readonly signal: CtiSignal;
}

/** What a CTIManager says when it (re)connects to call control. */
export interface CtiAttach {
  /** Name of the CTIManager, `<node>/ctimanager`. */
  readonly manager: string;
  /** Absent: it knows nothing yet. */
  readonly epoch?: string;
  /** The last position that it has taken down. */
  readonly position?: number;
  /** Calls are to be told; else only device, line and route signals are. */
  readonly observesCalls: boolean;
}

/** Signals after `position` follow at once as events `cti-signals`. */
export interface CtiAttached {
  readonly node: string;
  readonly epoch: string;
  /** Signals follow from the next one on. */
  readonly position: number;
  /** False: what it knows is worthless; it takes a snapshot first. */
  readonly isResumed: boolean;
}

/** All that is, at a position; signals after it follow. */
export interface CtiSnapshot {
  readonly epoch: string;
  readonly position: number;
  readonly calls: readonly CallView[];
  readonly devices: readonly DeviceView[];
  readonly lines: readonly LineView[];
  readonly routes: readonly RouteView[];
}

/** As much of a snapshot as fits a message, all parts of the same position. */
export interface CtiSnapshotPart extends CtiSnapshot {
  /** `from` of the request for the part that follows; absent: it is the last one. */
  readonly next?: number;
}
