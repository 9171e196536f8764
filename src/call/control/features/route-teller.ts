import type { ModelEffect } from "../../model/index.ts";

/** Who is told of route dialogues, and takes back calls that no route has come out of. */
export interface RouteTeller {
  tell(effect: Extract<ModelEffect, { type: "route" }>): void;
  unroute(effect: Extract<ModelEffect, { type: "unroute" }>): void;
  /** A call that was redirected goes back to where it was. */
  returned(sessionId: string): void;
}
