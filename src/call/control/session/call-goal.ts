import type { Diversion, SessionEffect } from "../../model/index.ts";
import type { Redirecting } from "../routing/redirecting.ts";
import { CallerResponses } from "./caller-responses.ts";
import type { Leg, LegDevice } from "../leg/leg.ts";
import type { CallTargets, Deflection, DivertedCall, OfferedInvite, ReroutedCall } from "./offered-invite.ts";
import { rejection } from "../rejection.ts";
import type { RejectedCall } from "../routing/routed-call.ts";
import type { RefusalWarning } from "../headers/warning-header.ts";

/** Where a call that is not answered yet goes, and who waits for that: the caller's INVITE, or nobody. */
export class CallGoal {
  #targets: CallTargets | undefined;
  #transactionId: string | undefined;
  #responses: CallerResponses | undefined;
  #deflected: Deflection | undefined;
  /** It has rung where it goes now. */
  #hasRung = false;

  get targets(): CallTargets | undefined {
    return this.#targets;
  }

  /** Absent for a call of the switch itself, and once it is answered. */
  get responses(): CallerResponses | undefined {
    return this.#responses;
  }

  /** The caller is told. @returns whether it rings: 181 only says that it is to ring elsewhere */
  ring(effect: Extract<SessionEffect, { type: "ring" }>): boolean {
    this.#responses?.ring(effect);
    const isRinging = effect.status === 180 || effect.status === 183;
    this.#hasRung ||= isRinging;
    return isRinging;
  }

  /** The caller hears it ring, as long as nothing else comes: nobody has accepted it yet. */
  ringBack(): void {
    this.#responses?.ring({ type: "ring", status: 180, sdp: undefined });
  }

  /** Who rings or has answered. */
  noteConnected(device: LegDevice | undefined): void {
    if (this.#responses !== undefined) this.#responses.connected = device;
  }

  /** A phone says where to call instead. */
  noteDeflection(by: LegDevice, uri: string): void {
    this.#deflected = { by, uri };
  }

  /** Sends the call elsewhere while it rings. */
  reroute(redirecting: Redirecting): ReroutedCall | RejectedCall {
    const routed = this.#targets?.reroute?.(redirecting);
    if (routed === undefined) return { kind: "rejected", ...rejection(480, "no-route") };
    if (routed.kind === "diverted") this.#follow(routed);
    return routed;
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
    const deflected = this.#deflected;
    this.#deflected = undefined;
    const routed = this.#targets?.divert?.({ reason, deflected, hasRung: this.#hasRung });
    if (routed !== undefined) this.#follow(routed);
    return routed;
  }

  #follow({ targets }: DivertedCall): void {
    this.#hasRung = false;
    if (this.#targets !== undefined) this.#targets = { ...this.#targets, targets };
  }

  /** It is answered. */
  reach(): void {
    this.#targets = undefined;
    this.#transactionId = undefined;
    this.#responses = undefined;
  }
}
