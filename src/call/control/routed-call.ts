import type { RelayEndpoint } from "../../media/index.ts";
import type { Route } from "../model/index.ts";
import type { BranchTarget } from "./branch.ts";
import type { LegDevice } from "./leg.ts";
import type { Rejection } from "./rejection.ts";

/** Where a call goes. `callee`: whom it is offered to at once, where that is known; a trunk is asked in its turn. */
export interface RoutedCall {
  readonly kind: "routed";
  readonly route: Route;
  readonly targets: ReadonlyMap<string, BranchTarget>;
  readonly callee: LegDevice | undefined;
  readonly endpoint?: RelayEndpoint;
}

/** What the caller is told instead, and whom it called where that is known. */
export type RejectedCall = { readonly kind: "rejected"; readonly callee?: LegDevice } & Rejection;
