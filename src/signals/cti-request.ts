import type { ApplicationCommand, CallCommand, CommandFailure } from "./call-command.ts";
import type { ForwardingView, MediaRegistration } from "./device-view.ts";

/** On whose behalf something is asked of call control. */
export interface CommandActor {
  readonly user: string;
  /** Id of the session. */
  readonly session: string;
  /** What the application calls itself. */
  readonly client?: string;
}

/** What must be so for a command to be done; else nothing happens. */
export interface CommandConditions {
  /** Version of the call that is named. */
  readonly version?: number;
  /** State of the device in the call, or of the connection where the device only rings. */
  readonly state?: string;
}

/** A command, done at most once for each key. */
export interface CtiCommandRequest {
  /** Names the command for ever: session and the application's own key, with the time of its issue. */
  readonly key: string;
  /** When the key was made; milliseconds since 1970. One that is older than what is remembered is refused. */
  readonly keyMs: number;
  readonly actor: CommandActor;
  readonly command: CallCommand | ApplicationCommand | SettingCommand;
  readonly conditions?: CommandConditions;
  /** It is not begun after that; milliseconds since 1970. */
  readonly deadlineMs?: number;
  /** False: refused at once while another command on the call is under way, instead of waiting for its turn. */
  readonly waits: boolean;
  /** Only tells what would happen. */
  readonly isDryRun?: boolean;
  /** Trace context (W3C), for signals of its effects and for log lines about it. */
  readonly traceparent?: string;
}

/** Settings of devices and lines that applications change. */
export type SettingCommand =
  | {
      readonly type: "set-forwarding";
      readonly line: string;
      readonly kind: keyof ForwardingView;
      readonly internal?: string | null;
      readonly external?: string | null;
    }
  | { readonly type: "set-do-not-disturb"; readonly device: string; readonly option: "off" | "reject" | "silent" }
  /** Of a phone. */
  | { readonly type: "set-auto-answer"; readonly device: string; readonly isOn: boolean }
  | {
      readonly type: "set-message-waiting";
      readonly line: string;
      readonly isOn: boolean;
      readonly newMessages?: number;
      readonly oldMessages?: number;
      /** Of which urgent. */
      readonly newUrgent?: number;
      readonly oldUrgent?: number;
    };

/** What came of a command. `position`: signals up to it show all effects. */
export type CtiCommandReply =
  | {
      readonly ok: true;
      readonly position: number;
      readonly isUnchanged?: true;
      readonly isReplayed?: true;
      readonly callId?: string;
      readonly slot?: string;
      /** Of a dry run: what would be reached: a line `1002@internal`, `trunk NAME`, or `service NAME`. */
      readonly destination?: string;
    }
  | {
      readonly ok: false;
      readonly position: number;
      readonly failure: CtiFailure;
      readonly detail: string;
      readonly isReplayed?: true;
      readonly outcome: "not-applied" | "applied" | "unknown";
      /** The object concerned as it is now. */
      readonly callId?: string;
      readonly state?: string;
      readonly version?: number;
      readonly expected?: string;
      /** Who has changed it. */
      readonly actor?: CommandActor;
      readonly sip?: { readonly status: number; readonly reason?: string };
      readonly q850?: number;
    };

/** Why something was refused that an application asked of call control. */
export type CtiFailure =
  | CommandFailure
  | "device-not-found"
  | "device-not-open"
  | "device-restricted"
  | "line-not-found"
  | "device-type"
  | "device-capability"
  | "device-owned"
  | "call-ended"
  /** Another call has, or has had, the name that was chosen for a new one. */
  | "call-id-used"
  | "not-incoming"
  | "already-answered"
  | "command-pending"
  | "version-conflict"
  | "key-reused"
  | "key-running"
  | "key-too-old"
  | "deadline-passed"
  | "fenced"
  | "media-address-missing"
  | "media-already-set"
  | "media-on-phone"
  | "media-mode"
  /** The media service has nothing of that name to play. */
  | "prompt-unknown"
  | "invalid-number"
  | "invalid-digits"
  | "data-too-long"
  | "forward-target"
  | "too-many"
  | "node-failed";

/** Opening and owning a CTI port or route point: what decides whether its calls are offered to an application. */
export type CtiDeviceRequest =
  /** Media-terminating or routing owner. `fence` grows with each owner of the device; a lower one is refused. */
  | {
      readonly type: "own";
      readonly device: string;
      readonly fence: number;
      readonly media: MediaRegistration;
      /** Calls are routed by a dialogue instead of being offered. */
      readonly routes: boolean;
      /** Calls that are offered ring at once, as if it had accepted them. Absent: it accepts them itself. */
      readonly autoAccept?: boolean;
      readonly session: string;
      /** How long established calls wait for the owner when no CTIManager speaks for it, in ms; absent: 30 s. */
      readonly leaseMs?: number;
    }
  /** The owner leaves of its own accord: as if nobody had ever opened it. */
  | { readonly type: "disown"; readonly device: string; readonly fence: number }
  /**
   * Whether the owner is being waited for: it has been silent for longer than it should, or its connection is lost. New calls
   * wait with it meanwhile.
   */
  | { readonly type: "silent"; readonly device: string; readonly fence: number; readonly isSilent: boolean }
  /** The owner has failed (two silent intervals): unterminated calls go to CFOF, new ones to CFNA. */
  | { readonly type: "failed"; readonly device: string; readonly fence: number }
  /** The owner's lease is over: established calls are treated as the device says. */
  | { readonly type: "lost"; readonly device: string; readonly fence: number };

/** What came of a `CtiDeviceRequest`. `position`: signals up to it show how the device is since. */
export type CtiDeviceReply =
  | { readonly ok: true; readonly position: number }
  | { readonly ok: false; readonly position: number; readonly failure: CtiFailure; readonly detail: string };
