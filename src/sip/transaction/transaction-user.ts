import type { SipMessage } from "../message/index.ts";
import type { Flow } from "../transport/index.ts";

/** A request of ours, from its sending until nothing can come of it any more. */
export interface ClientTransaction {
  /** Branch and method; one at a time in a node. */
  readonly id: string;
  readonly method: string;
  /** An INVITE stays `completed` or `accepted` when it is forgotten. */
  readonly state: "calling" | "trying" | "proceeding" | "completed" | "accepted" | "terminated";
  /**
   * The text of a CANCEL for this INVITE, to look at; `TransactionLayer.cancel` sends one. `undefined` while no
   * provisional response has come, after a final one, and for other methods.
   * @see RFC 3261 9.1
   */
  cancelRequest(extraFields?: readonly (readonly [string, string])[]): string | undefined;
  /** Forgets the transaction: no handler is called any more. */
  terminate(): void;
}

/**
 * Who is told of each 2xx to an INVITE that comes after the first one, repeated or of another fork. It is kept for 32 s
 * after every call: the less it holds the better.
 */
export interface LateSuccessListener {
  /** Length of the texts that it keeps alive. */
  readonly characters: number;
  onLateSuccess(response: SipMessage, flow: Flow): void;
}

/** What a client transaction tells; never before the call that started it has returned. */
export interface ClientTransactionHandlers {
  /** Each provisional response and the final one; without `afterSuccess` each 2xx to an INVITE that follows, too. */
  onResponse(response: SipMessage, flow: Flow): void;
  /** Asked once, when the first 2xx to an INVITE has been handed to `onResponse`: who is told of those that follow. */
  afterSuccess?(): LateSuccessListener;
  /** No final response in time; the transaction is gone. */
  onTimeout(): void;
  /** The request could not be sent; the transaction is gone. */
  onTransportFailure(error: Error): void;
}

/** A request of a peer, until nothing is left to do for it. */
export interface ServerTransaction {
  /** Unique among the transactions of a node that live at a time. */
  readonly id: string;
  /** With `received` and `rport` in its topmost Via. */
  readonly request: SipMessage;
  /** How it came. */
  readonly flow: Flow;
  readonly state: "trying" | "proceeding" | "completed" | "confirmed" | "accepted" | "terminated";
  /**
   * Sends a response; it is repeated as its transaction demands. A 2xx to INVITE is the exception: the user repeats
   * it, by the same call, until the ACK comes.
   * @param text the whole response, latin1, with the Vias of `request`
   * @returns false when a final response was sent before, or the transaction is gone: nothing has been sent
   */
  respond(status: number, text: string): boolean;
  /**
   * Called once when an INVITE transaction has ended, by its ACK or its timers, and when any other ended without a
   * final response. Not called for other answered requests: of them only the response is kept.
   */
  onTerminated?: (() => void) | undefined;
  /**
   * Set for an INVITE that is proxied: it lives on after the ACK, so that each 2xx that comes again goes on.
   * @see RFC 6026 7.1
   */
  outlivesAck?: true;
  /** A response could not be sent. */
  onTransportFailure?: ((error: Error) => void) | undefined;
}

/** The user of all transactions. What it throws is caught and logged; a request it throws for is answered 500. */
export interface TransactionUser {
  /**
   * Whether a request with a To tag belongs to a dialog that is here. One that does not is limited as new ones are, and
   * handed to `onRequest` all the same.
   */
  knowsDialog(request: SipMessage, flow: Flow): boolean;
  /** A new request other than ACK and CANCEL. It owes it a final response, and an INVITE a 100 first. */
  onRequest(tx: ServerTransaction): void;
  /** A CANCEL, to be answered; `invite` is what it is for, `undefined` when there is no such INVITE. */
  onCancel(tx: ServerTransaction, invite: ServerTransaction | undefined): void;
  /** An ACK to a 2xx, the first one with its INVITE; or one that belongs to nothing. */
  onAck(request: SipMessage, flow: Flow, invite: ServerTransaction | undefined): void;
  /** A response that belongs to no transaction, such as a late or forked 2xx. */
  onStrayResponse(response: SipMessage, flow: Flow): void;
}
