import type { ModelEffect, ModelEvent, Why } from "../../model/index.ts";
import { rerouteRefused } from "./reroute-refused.ts";
import type { Begun } from "./session-origin.ts";
import type { Switchboard } from "./switchboard.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

const FAILED: Why = { cause: 41, feature: "normal", by: "system" };

/** Has legs moved between sessions as the model wants it, and tells it of what could not be done. */
export class LegMoves {
  readonly #switchboard: Switchboard;
  readonly #handle: (event: ModelEvent) => void;

  constructor(switchboard: Switchboard, handle: (event: ModelEvent) => void) {
    this.#switchboard = switchboard;
    this.#handle = handle;
  }

  connect(effect: EffectOf<"join" | "attach">, originOf: (sessionId: string) => Begun): void {
    if (!this.#switchboard.connect(effect, originOf)) this.#end(effect.sessionId);
  }

  attachAll(effect: EffectOf<"attach-all">, originOf: (sessionId: string) => Begun): void {
    const missing = this.#switchboard.attachAll(effect, originOf);
    if (missing !== undefined) return missing.forEach((sessionId) => this.#end(sessionId));
    this.#handle({ type: "unattached", sessionIds: effect.attached.map(({ sessionId }) => sessionId) });
  }

  reroute({ sessionId, redirection }: EffectOf<"reroute">): void {
    const refused = this.#switchboard.reroute(sessionId, redirection);
    if (refused !== undefined) this.#handle(rerouteRefused(sessionId, refused, "system"));
  }

  pickUp({ sessionId, legId }: EffectOf<"pick-up">): void {
    const onGone = (): void => this.#handle({ type: "pick-up-failed", sessionId, legId });
    if (!this.#switchboard.pickUp(sessionId, legId, onGone)) onGone();
  }

  /** A session that could not be made is over. */
  #end(sessionId: string): void {
    this.#handle({ type: "ended", sessionId, why: FAILED });
  }
}
