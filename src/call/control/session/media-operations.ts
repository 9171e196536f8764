import { connectionAddress, type RelayOptions } from "../../../media/index.ts";
import type { SessionEvent, MediaOperation } from "../../model/index.ts";
import { sideOf, type CallMedia } from "./call-media.ts";
import type { Leg } from "../leg/leg.ts";
import type { CodecsBetween } from "./session-context.ts";
import type { RefusalWarning } from "../headers/warning-header.ts";

export interface MediaOperationsOptions {
  readonly media: CallMedia;
  readonly warning: RefusalWarning;
  readonly dispatch: (event: SessionEvent) => void;
  readonly legs: { readonly caller: Leg; readonly callee: Leg | undefined };
  /** The leg of a branch that is not the callee's (yet). */
  readonly branchLeg: (branchId: string) => Leg | undefined;
  readonly codecsBetween: CodecsBetween;
}

/** What the model of one call wants of the relay, with what the relay has to know of the parties. */
export class MediaOperations {
  readonly #options: MediaOperationsOptions;

  constructor(options: MediaOperationsOptions) {
    this.#options = options;
  }

  /** @param ticket of the event that tells what came of it; 0: nobody waits for it */
  run(operation: MediaOperation, ticket: number): void {
    const { media, warning, dispatch } = this.#options;
    void media.run(operation, this.#relayOptions(operation), this.#codecsFor(operation)).then((result) => {
      if (ticket === 0) return;
      if (result.ok) return dispatch({ type: "media-done", ticket, sdp: result.sdp });
      const { status, warnings, cause } = result;
      warning.note(warnings);
      dispatch({ type: "media-failed", ticket, status, ...(cause === undefined ? {} : { cause }) });
    });
  }

  /** About the party whose session description the operation carries. */
  #relayOptions(operation: MediaOperation): RelayOptions {
    const { legs } = this.#options;
    const leg = this.#legOfBranch(operation) ?? legs[sideOf(operation)] ?? legs.caller;
    return { signalingAddress: signalingAddressOf(leg, operation), latch: leg.latch };
  }

  /** Who is called with the first offer is not known yet: each branch gets of it what is for its target. */
  #codecsFor(operation: MediaOperation): readonly string[] | undefined {
    const { legs, codecsBetween } = this.#options;
    const { caller } = legs;
    const isService = operation.kind === "endpoint-answer" || operation.kind === "endpoint-offer";
    const other = isService ? caller : (this.#legOfBranch(operation) ?? legs.callee);
    return other && codecsBetween(caller.device.name, other.device.name);
  }

  #legOfBranch(operation: MediaOperation): Leg | undefined {
    if (operation.kind !== "answer" || operation.branchId === undefined) return undefined;
    return this.#options.branchLeg(operation.branchId);
  }
}

/** What ends in call control has no SIP that comes from anywhere; what it answers may be known before it does. */
function signalingAddressOf({ cti, source }: Leg, operation: MediaOperation): string {
  if (cti !== undefined) return cti.terminal === "switch" ? "127.0.0.1" : cti.terminal.address;
  const isForeseen = source.address === "" && operation.kind === "answer";
  return isForeseen ? (connectionAddress(operation.sdp) ?? "") : source.address;
}
