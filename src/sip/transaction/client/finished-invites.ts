import type { Clock } from "../../../common/index.ts";
import type { SipMessage } from "../../message/index.ts";
import type { Flow, Target } from "../../transport/index.ts";
import { GenerationalMap } from "../generational-map.ts";
import { type InviteClientTransaction, stepInviteClient } from "../invite-client-transaction.ts";
import { giveUpMs } from "../timer/timer-settings.ts";
import { noteUserError, type TransactionContext } from "../transaction-context.ts";
import type { TransactionLimits } from "../transaction-limits.ts";
import type { LateSuccessListener } from "../transaction-user.ts";

/** What is left to do for an INVITE of ours once it has its final response. */
export type FinishedInvite =
  | { readonly state: "accepted"; readonly listener: LateSuccessListener }
  | { readonly state: "completed"; readonly ack: string; readonly target: Target };

/** Objects, in characters: what an entry takes beside its texts. */
const ENTRY_CHARACTERS = 100;
/** Timer D over unreliable transports, whatever T1 is; timer M is no longer with usual timers. */
const MIN_KEEP_MS = 32_000;

/**
 * INVITEs of ours that have a final response, for timer D or M: of each only what that response needs when it comes
 * again. Bounded by entries and characters; beyond that the oldest go early, and what comes again is a stray response.
 */
export class FinishedInvites {
  readonly #context: TransactionContext;
  readonly #byId: GenerationalMap<FinishedInvite>;

  constructor(context: TransactionContext, clock: Clock, limits: TransactionLimits) {
    this.#context = context;
    this.#byId = new GenerationalMap({
      clock,
      keepMs: Math.max(MIN_KEEP_MS, giveUpMs(context.timers)),
      maxEntries: limits.maxFinishedInvites,
      maxCharacters: limits.maxFinishedInviteCharacters,
      charactersOf,
    });
  }

  get size(): number {
    return this.#byId.size;
  }

  /** INVITEs since the start that were forgotten before their time, since there were too many. */
  get forgottenEarly(): number {
    return this.#byId.forgottenEarly;
  }

  has(id: string): boolean {
    return this.#byId.get(id) !== undefined;
  }

  add(id: string, invite: FinishedInvite): void {
    this.#byId.set(id, invite);
  }

  forget(id: string): void {
    this.#byId.delete(id);
  }

  /** Takes a response that comes after the final one; false when its INVITE is not known. */
  onResponse(id: string, response: SipMessage, flow: Flow): boolean {
    const invite = this.#byId.get(id);
    if (invite === undefined) return false;
    // The machine, made again for the one event that it still has.
    const { timers, counters } = this.#context;
    const tx: InviteClientTransaction = { state: invite.state, reliable: false, timers, retransmitMs: 0 };
    const { effects } = stepInviteClient(tx, { type: "response", status: response.status });
    if (effects.length === 0) counters.count("ignoredEvents");
    else if (invite.state === "completed") this.#acknowledge(id, invite.ack, invite.target);
    else this.#tell(invite.listener, response, flow);
    return true;
  }

  /** Forgets everything. May be called twice. */
  close(): void {
    this.#byId.close();
  }

  #acknowledge(id: string, ack: string, target: Target): void {
    this.#context.sender.send(target, ack, () => this.forget(id));
  }

  #tell(listener: LateSuccessListener, response: SipMessage, flow: Flow): void {
    try {
      listener.onLateSuccess(response, flow);
    } catch (error) {
      noteUserError(this.#context, "onLateSuccess", error);
    }
  }
}

function charactersOf(invite: FinishedInvite): number {
  return ENTRY_CHARACTERS + (invite.state === "accepted" ? invite.listener.characters : invite.ack.length);
}
