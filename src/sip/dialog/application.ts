/** A call-control application that is connected to the edge; compared by identity. */
export interface Application {
  /** Its name in logs. */
  readonly name: string;
  /** The first tag that it gave: the same after it was started again. Empty when it gave none. */
  readonly instanceId: string;
}

/** A SIP message on its way to an application, with the facts of its meta line. */
export interface ApplicationMessage {
  /** `network` for what a peer sent; `application` for what the edge sent by itself. */
  readonly source: "network" | "application";
  /** Latin1 text: one character a byte. */
  readonly text: string;
  /** Empty where the wire protocol leaves it out (ACK). */
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  readonly txnId: string;
  /** Empty for a request outside a dialog. */
  readonly dialogId: string;
  /** Where the edge received it; new requests only. */
  readonly receivedOn?: { readonly address: string; readonly port: number };
}

/** How a call began, was answered or ended: what goes into call detail records. */
export type CallRecord = {
  readonly source: "network" | "application";
  /** The message by which it did, latin1. */
  readonly text: string;
} & (
  | { readonly type: "attempt" }
  | { readonly type: "start"; readonly detail: "uac" | "uas" | "proxy-uac" | "proxy-uas" }
  | { readonly type: "stop"; readonly detail: ReleaseReason }
);

export type ReleaseReason =
  "call-rejected" | "call-canceled" | "normal-release" | "session-expired" | "system-initiated-termination";

/** How the user agent core reaches applications; the wire protocol implements it. */
export interface ApplicationPort {
  /** An application that routes `verb` (lower case) and can take more, fairly chosen. */
  pick(verb: string, evenIfSlow?: boolean): Application | undefined;
  /** The application that gave this instance id and is connected; undefined for an empty id, too. */
  byInstance(instanceId: string): Application | undefined;
  /** True while the application is connected. */
  isAlive(application: Application): boolean;
  deliver(application: Application, message: ApplicationMessage): void;
  /** Hands a record to one of those that take such records; to nobody when there is none. */
  record(record: CallRecord): void;
}

/** What the core answers to a command of an application. */
export type CommandReply =
  | {
      readonly ok: true;
      /** `response`: the echo of a response names its dialog; `request`: that of a request does not. */
      readonly kind: "request" | "response";
      /** The message as sent. */
      readonly text: string;
      readonly protocol: string;
      readonly address: string;
      readonly port: number;
      readonly txnId: string;
      readonly dialogId: string;
    }
  | { readonly ok: false; readonly reason: string };
