import type { Diversion } from "../model/index.ts";
import { CallerResponses } from "./caller-responses.ts";
import type { Leg } from "./leg.ts";
import type { CallTargets, DivertedCall, OfferedInvite } from "./offered-invite.ts";
import type { RefusalWarning } from "./warning-header.ts";

/** Where a call that is not answered yet goes, and who waits for that: the caller's INVITE, or nobody. */
export class CallGoal {
  #targets: CallTargets | undefined;
  #transactionId: string | undefined;
  #responses: CallerResponses | undefined;

  get targets(): CallTargets | undefined {
    return this.#targets;
  }

  /** Absent for a call of the switch itself, and once it is answered. */
  get responses(): CallerResponses | undefined {
    return this.#responses;
  }

  begin(targets: CallTargets): void {
    this.#targets = targets;
  }

  beginFor(offered: OfferedInvite, caller: Leg, warning: RefusalWarning): void {
    this.#targets = offered;
    this.#transactionId = offered.request.transactionId;
    this.#responses = new CallerResponses(offered, caller, warning);
  }

  /** True when the transaction is that of the INVITE that waits. */
  isOf(transactionId: string): boolean {
    return this.#transactionId === transactionId;
  }

  /** Where the call goes instead, which may be a service; undefined: nowhere. */
  divert(reason: Diversion): DivertedCall | undefined {
    const routed = this.#targets?.divert?.(reason);
    if (this.#targets && routed) this.#targets = { ...this.#targets, targets: routed.targets };
    return routed;
  }

  /** It is answered. */
  reach(): void {
    this.#targets = undefined;
    this.#transactionId = undefined;
    this.#responses = undefined;
  }
}
