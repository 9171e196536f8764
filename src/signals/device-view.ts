/** Why a device or line is out of service. */
export type OutOfServiceCause =
  | "call-node-failure"
  | "moving-to-preferred-node"
  | "no-call-node"
  | "device-failure"
  | "device-unregistered"
  | "re-homing-failed"
  | "control-server-failure"
  | "device-restricted"
  | "line-restricted"
  | "power-saving";

/** What an application may have a device do that depends on its kind, profile and state. */
export interface DeviceCapabilities {
  /** It can be made to answer: at once by itself, by a request in the ringing dialog, or not at all. */
  readonly answer: "application" | "remote" | "none";
  /** New calls are offered first: they can be accepted and rejected. */
  readonly offers: boolean;
  /** Digits can be sent and are told. */
  readonly digits: boolean;
}

/** How the media of a CTI port or route point ends. `switch`: in the media service. */
export type MediaRegistration =
  | { readonly mode: "none" }
  | { readonly mode: "static"; readonly address: string; readonly port: number; readonly codecs: readonly string[] }
  | { readonly mode: "dynamic"; readonly codecs: readonly string[] }
  | {
      readonly mode: "switch";
      /**
       * What who calls hears: `silence` (default), `tone`, `ringback`, `music`, `music:NAME` of a music source, or once
       * `announcement:NAME` (`unavailable`, `please-wait`, `confirmed`, `conference-enter`, `conference-leave`) or
       * `announcement:music:NAME`.
       */
      readonly prompt?: string;
    };

/** A device as applications are shown it. */
export interface DeviceView {
  readonly name: string;
  readonly kind: "phone" | "cti-port" | "route-point";
  readonly lines: readonly string[];
  /** Registered, or, for a CTI port or route point, opened by an application. */
  readonly isInService: boolean;
  readonly cause?: OutOfServiceCause;
  /** An administrator has closed it to control. */
  readonly isRestricted: boolean;
  readonly capabilities: DeviceCapabilities;
  readonly media?: MediaRegistration;
  readonly doNotDisturb: "off" | "reject" | "silent";
  /** A phone that is asked to answer by itself; absent: it is not. */
  readonly autoAnswer?: true;
}

/** Targets of one kind of forwarding; absent: calls are not forwarded. */
export interface ForwardTargets {
  readonly internal?: string;
  readonly external?: string;
}

/** Each kind of forwarding of a line. */
export interface ForwardingView {
  readonly all?: ForwardTargets;
  readonly busy?: ForwardTargets;
  readonly noAnswer?: ForwardTargets;
  readonly unregistered?: ForwardTargets;
  readonly onFailure?: ForwardTargets;
}

/** Messages of a line, as who set its lamp has counted them. */
export interface LineMessages {
  readonly newMessages: number;
  readonly oldMessages: number;
  /** How many of these are urgent. */
  readonly newUrgent: number;
  readonly oldUrgent: number;
}

/** A line as applications are shown it. */
export interface LineView {
  /** Such as `1001@internal`. */
  readonly name: string;
  readonly number: string;
  readonly displayName?: string;
  /** Language of its names, such as `de-CH` (BCP 47). */
  readonly locale?: string;
  readonly devices: readonly string[];
  readonly isRestricted: boolean;
  readonly forwarding: ForwardingView;
  /** Messages wait: the lamp is on. */
  readonly isMessageWaiting: boolean;
  /** Absent: there are none. */
  readonly messages?: LineMessages;
}
