import type {
  CallParties,
  CallState,
  CallView,
  ConnectionState,
  DeviceView,
  LineView,
  MediaView,
  OutOfServiceCause,
  PartyView,
  RouteView,
  TerminalConnectionState,
  TerminalConnectionView,
  UserData,
  Why,
} from "../../signals/index.ts";

/** Which call, and its version after the change. */
interface OfCall {
  readonly callId: string;
  readonly ver: number;
}

/** `why`: absent where a party has done it and all is normal. */
interface Explained {
  readonly why?: Why;
}

/** One change of a call. */
export type CallEvent =
  | ({ readonly type: "call.state"; readonly state: CallState; readonly mergedInto?: string } & OfCall & Explained)
  | ({
      readonly type: "call.connection";
      readonly connectionId: string;
      readonly state: ConnectionState;
      readonly party?: PartyView;
    } & OfCall &
      Explained)
  | ({
      readonly type: "call.terminal";
      readonly connectionId: string;
      readonly device: string;
      readonly state: TerminalConnectionState;
    } & OfCall &
      Explained)
  | ({
      readonly type: "call.moved";
      readonly connectionId: string;
      readonly from: string;
      readonly party: PartyView;
      readonly state?: ConnectionState;
      readonly terminals?: readonly TerminalConnectionView[];
    } & OfCall &
      Explained)
  | ({
      readonly type: "call.feature";
      readonly feature: "transfer" | "conference";
      readonly moment: "start" | "end";
      readonly surviving: string;
      readonly dissolved?: string;
      readonly controller: string;
      readonly isDone: boolean;
    } & OfCall)
  | ({ readonly type: "call.parties" } & CallParties & OfCall)
  | ({ readonly type: "call.userData"; readonly userData: UserData } & OfCall);

export type RouteEventType =
  "route.request" | "route.reroute" | "route.attempt" | "route.failed" | "route.used" | "route.end";

export type MediaEventType = "media.wanted" | "media.started" | "media.stopped";

/** A session that owns a device, as others are shown it. */
export interface OwnerView {
  readonly user: string;
  readonly session: string;
  readonly client: string;
}

/** What a session is told about itself. */
export type SessionNotice =
  /** It decides from now on what becomes of calls at the device. `routes`: dialogues that wait for an answer. */
  | { readonly notice: "owner"; readonly device: string; readonly fence: number; readonly routes: readonly RouteView[] }
  /** Another session does; without `owner`, none does. */
  | { readonly notice: "owner-changed"; readonly device: string; readonly owner?: OwnerView }
  /** Call control does not let it own the device. */
  | { readonly notice: "owner-refused"; readonly device: string; readonly reason: string }
  /** The device was closed for it. */
  | { readonly notice: "device-closed"; readonly device: string; readonly reason: ClosedReason }
  /** It hears no more of what it may not watch any more. */
  | { readonly notice: "topic-ended"; readonly topic: string };

/** An administrator has closed it to control; it is in the configuration no more; the user may not use it any more. */
export type ClosedReason = "restricted" | "removed" | "access";

/** What sessions are told of calls, devices, lines and themselves. */
export type CtiEvent = EventFacts & {
  /** Trace context (W3C) of the command that it is an effect of; absent: of none, or of one that has come without. */
  readonly traceparent?: string;
};

type EventFacts =
  | CallEvent
  /** The call as it is now, to who has not heard of it before. */
  | { readonly type: "call.snapshot"; readonly call: CallView }
  | { readonly type: "device.state"; readonly device: DeviceView }
  | { readonly type: "device.removed"; readonly device: string }
  | { readonly type: "line.state"; readonly line: LineView }
  | { readonly type: "line.removed"; readonly line: string }
  | { [Type in RouteEventType]: { readonly type: Type; readonly route: RouteView } }[RouteEventType]
  | { [Type in MediaEventType]: { readonly type: Type; readonly media: MediaView } }[MediaEventType]
  | { readonly type: "digits"; readonly callId: string; readonly device: string; readonly digits: string }
  | {
      readonly type: "provider.state";
      readonly state: "in-service" | "out-of-service";
      readonly cause?: OutOfServiceCause;
    }
  | ({ readonly type: "session.notice" } & SessionNotice);
