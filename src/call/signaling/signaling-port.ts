import type { SipMessage } from "../../sip/message/index.ts";
import type { SignalingError } from "./signaling-error.ts";

/** Where a message came from. `address` is a literal IP, or empty when the edge made the message itself. */
export interface SignalingSource {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** Names and values, in order. All text that goes to or comes from SIP has one character per octet. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

export interface Body {
  readonly contentType: string;
  readonly text: string;
}

export interface ResponseOptions {
  readonly headers?: HeaderList;
  readonly body?: Body;
  /** Tag for To when the request has none; the first response that gives one fixes it. */
  readonly toTag?: string;
}

/** A request from the network. */
export interface IncomingRequest {
  readonly transactionId: string;
  /** `<Call-ID>;from-tag=<tag of the dialog's initiator>`; empty outside a dialog. */
  readonly dialogId: string;
  readonly message: SipMessage;
  readonly source: SignalingSource;
  /**
   * Answers it. `onDone` is told once, with an error when the edge did not send the response; without it nobody
   * asks. A status that the edge cannot send becomes that of its class.
   */
  respond(status: number, options?: ResponseOptions, onDone?: (error: SignalingError | undefined) => void): void;
}

/** A response to a request of ours. */
export interface IncomingResponse {
  readonly message: SipMessage;
  readonly source: SignalingSource;
  /** The request that it is for, as the edge has sent it; absent: not known. */
  readonly sentText?: string;
  /** Sends the ACK to a 2xx to INVITE, with the credentials of the INVITE (RFC 3261 22.1). */
  acknowledge(body?: Body): void;
}

export interface OutgoingRequest {
  readonly method: "INVITE" | "BYE" | "UPDATE" | "INFO" | "OPTIONS" | "NOTIFY" | "MESSAGE" | "PRACK" | "REGISTER";
  /** Outside a dialog: the Request-URI. */
  readonly uri?: string;
  /** Where to send it instead of to `uri`. */
  readonly proxyUri?: string;
  /** Inside a dialog. */
  readonly dialogId?: string;
  /** Name of the trunk that it goes to, whose challenges are answered; absent: it goes to a phone. */
  readonly trunk?: string;
  readonly headers?: HeaderList;
  readonly body?: Body;
  /** Of an INVITE to what ends in call control: its offer follows (`PendingRequest.offer`). Absent: it has it, or makes none. */
  readonly isOfferLater?: boolean;
}

export interface RequestEvents {
  /** Each response but 100. */
  onResponse(response: IncomingResponse): void;
  /** 100: somebody has the request, no more. */
  onTrying?(): void;
  /** Of an INVITE to what ends in call control: the session description of its 2xx, should there be one. */
  onForeseen?(sdp: string): void;
  /** Instead of a final response; once. May be called before `request` returns. */
  onFailed(error: SignalingError): void;
}

/** A request of ours that is under way. */
export interface PendingRequest {
  /** Takes an INVITE back (RFC 3261 9.1); its final response still comes. */
  cancel(headers?: HeaderList): void;
  /** The offer of an INVITE that went without, as it had said. */
  offer?(sdp: string): void;
}

/** Who is told of what comes from the edge. None of these may throw. */
export interface SignalingHandler {
  /** ACK is no exception; it cannot be answered. */
  onRequest(request: IncomingRequest): void;
  /** The INVITE with this transaction id was taken back and has had its 487. */
  onCancel(transactionId: string, dialogId: string, message: SipMessage): void;
  /** The edge has ended a dialog by itself. */
  onDialogEnded(dialogId: string, message: SipMessage): void;
  onConnected(localHosts: readonly string[]): void;
  /** The edge has taken every verb that was routed: from now on requests come here, and not to nobody. */
  onRouted(): void;
  onDisconnected(): void;
}

/** A confirmed dialog as an edge is told of it that does not know it. Plain JSON, one character per octet. */
export interface EdgeDialog {
  readonly role: "uac" | "uas";
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** Values of From and To in requests of ours, tags included. */
  readonly local: string;
  readonly remote: string;
  /** At least the highest that was used. */
  readonly localCseq: number;
  /** Highest seen from the other end; absent: none. */
  readonly remoteCseq?: number;
  /** Of our last INVITE; absent: none. */
  readonly inviteCseq?: number;
  readonly remoteTarget: string;
  readonly routeSet: readonly string[];
  readonly protocol: string;
  /** URI with a literal address: where requests go instead of to the remote target. */
  readonly nextHop?: string;
  readonly session?: { readonly intervalSeconds: number; readonly refresher: "local" | "remote" };
  /** Methods that the other end allows, as far as they matter. */
  readonly allow: readonly string[];
  /** The session description that was sent last. */
  readonly body?: string;
}

/** Dialogs that were asked for, by id. Those in neither list are this application's now. */
export interface ClaimedDialogs {
  /** The edge does not have them. */
  readonly unknown: readonly string[];
  /** Another application that is connected has them. */
  readonly refused: readonly string[];
}

/** A dialog that the edge did not take, by its position in the request. */
export interface RefusedDialog {
  readonly index: number;
  readonly reason: string;
}

/** How call control speaks SIP. */
export interface SignalingPort {
  readonly connected: boolean;
  /** Responses that the edge has not confirmed and requests without a final response. */
  readonly pendingCount: number;
  /** The edge that is connected hands dialogs over and takes them in; a stock drachtio server does not. */
  readonly takesDialogs: boolean;
  /**
   * Names what the edge remembers: it changes when the edge has lost its dialogs, or is another. Undefined until a claim
   * has told it.
   */
  readonly edgeMemory: string | undefined;
  /** Begins to connect, and to connect again whenever the connection is lost. */
  start(handler: SignalingHandler): void;
  request(request: OutgoingRequest, events: RequestEvents): PendingRequest;
  /** Makes dialogs this application's, of whoever had them. @throws {SignalingError} */
  claimDialogs(dialogIds: readonly string[]): Promise<ClaimedDialogs>;
  /** Tells the edge of dialogs that it does not know; returns those that it did not take. @throws {SignalingError} */
  importDialogs(dialogs: readonly EdgeDialog[]): Promise<readonly RefusedDialog[]>;
  /** What was sent is on its way before the turn goes on, but where much is sent: then it goes out at the end of the turn. */
  hasten(): void;
  /** Sends what waits and disconnects; pending requests fail. May be called twice. */
  close(): void;
}
