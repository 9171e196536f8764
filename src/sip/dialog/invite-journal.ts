import { Journal, type Clock, type MetricSample } from "../../common/index.ts";
import type { Flow } from "../transport/index.ts";
import type { SentRequest } from "./uac-dialog.ts";

/** An INVITE that is still without its final response, or a 2xx to one without its ACK. Plain JSON. */
export type UnansweredInvite =
  | { readonly kind: "sent"; readonly atMs: number; readonly sent: SentRequest }
  | { readonly kind: "received"; readonly atMs: number; readonly text: string; readonly flow: Flow }
  | UnacknowledgedAnswer;

/** A 2xx that its caller may not have got. */
export interface UnacknowledgedAnswer {
  readonly kind: "answered";
  readonly atMs: number;
  readonly dialogId: string;
  /** CSeq of the INVITE. */
  readonly cseq: number;
  /** The response as sent. */
  readonly text: string;
  /** How the INVITE came. */
  readonly flow: Flow;
}

/**
 * The INVITEs, in and out, whose final response is owed, and the answers whose ACK has not come, so that an edge that is
 * started again can end what its predecessor left ringing and finish what it left changing. Their number is bounded by
 * the transactions that are open.
 */
export class InviteJournal {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #invites = new Map<string, UnansweredInvite>();
  #journal: Journal<UnansweredInvite> | undefined;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** Reads, and forgets, what a predecessor left. */
  load(): UnansweredInvite[] {
    const left: UnansweredInvite[] = [];
    this.#journal = new Journal<UnansweredInvite>(
      { path: this.#path, clock: this.#clock },
      (_id, invite) => left.push(invite),
      () => this.#invites,
    );
    return left;
  }

  /** @param id unique among the requests of this edge */
  put(id: string, invite: UnansweredInvite): void {
    this.#invites.set(id, invite);
    this.#journal?.put(id, invite);
  }

  /** Removing what is not there does nothing. */
  remove(id: string): void {
    if (this.#invites.delete(id)) this.#journal?.remove(id);
  }

  /** Writes what is pending now: to be called before something is sent that must not come before its record. */
  flush(): void {
    this.#journal?.flush();
  }

  metrics(): MetricSample[] {
    return this.#journal === undefined ? [] : [this.#journal.metric];
  }

  close(): void {
    this.#journal?.close();
  }
}
