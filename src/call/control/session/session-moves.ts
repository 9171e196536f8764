import type { Ids } from "../../../common/index.ts";
import type { RelayEndpoint } from "../../../media/index.ts";
import { mayBeAnsweredElsewhere, mayBeRedirected, type Session, type SessionEvent } from "../../model/index.ts";
import type { BranchSet } from "../leg/branch-set.ts";
import type { CallGoal } from "./call-goal.ts";
import type { Redirecting } from "../routing/redirecting.ts";
import type { DialogRequests } from "../leg/dialog-requests.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";
import type { Leg } from "../leg/leg.ts";
import { PickedBranch } from "../leg/picked-branch.ts";
import { rejection, type Rejection } from "../rejection.ts";

export interface SessionMovesOptions {
  readonly ids: Ids;
  readonly branches: BranchSet;
  readonly requests: DialogRequests;
  readonly goal: CallGoal;
  readonly call: () => Session;
  readonly dispatch: (event: SessionEvent) => void;
  /** A service of the switch is to answer it. */
  readonly onService: (endpoint: RelayEndpoint) => void;
}

/** What features do to a session that rings. */
export class SessionMoves {
  readonly #options: SessionMovesOptions;

  constructor(options: SessionMovesOptions) {
    this.#options = options;
  }

  /** True while a leg that is up can become the callee. */
  get isOpen(): boolean {
    return mayBeAnsweredElsewhere(this.#options.call());
  }

  /** Where it has neither rung nor been heard yet the caller is not left in silence. */
  ringBack(): void {
    const { goal, call } = this.#options;
    if (call().state === "initiated") goal.ringBack();
  }

  /** It rings elsewhere from now on. @returns why not: it rings where it did then */
  reroute(redirecting: Redirecting): Rejection | undefined {
    const { goal, dispatch, call, onService } = this.#options;
    if (!mayBeRedirected(call())) return rejection(487, "not-ringing");
    const routed = goal.reroute({ mayBeServed: call().isOriginated !== true, ...redirecting });
    if (routed.kind === "rejected") return routed;
    if (routed.endpoint !== undefined) onService(routed.endpoint);
    dispatch({ type: "redirected", route: routed.route });
    return undefined;
  }

  /**
   * A leg that has left its session is asked to be the callee; who rings goes on until it is.
   * @param onGone told when it is not, and has been ended
   */
  pickUp(leg: Leg, onGone: () => void): void {
    const { ids, branches, requests, dispatch } = this.#options;
    const branchId = ids.uuid();
    branches.expect(branchId, new PickedBranch(leg, requests, onGone));
    dispatch({ type: "picked", branchId });
  }

  /** Refuses for a device that it is rung; others ring on. @returns false: nothing rings there */
  refuse(device: string, status: number): boolean {
    const { branches, dispatch } = this.#options;
    const ringing = branches.branchesOf(device);
    for (const branchId of ringing) dispatch({ type: "branch-refused", branchId, status });
    return ringing.length > 0;
  }

  /**
   * Asks a device that rings to answer.
   * @param headers of an INVITE that it answers by itself; absent: by a request in the dialog that rings
   * @returns false: nothing rings there
   */
  askToAnswer(device: string, headers: HeaderList | undefined, onRefused: (status: number) => void): boolean {
    return this.#options.branches.askToAnswer(device, headers, onRefused);
  }
}
