import { withMore } from "../../../common/index.ts";
import type { Inventory } from "../../device/index.ts";
import {
  causeOfStatus,
  placeInQueue,
  type FeatureReason,
  type ModelEffect,
  type ModelEvent,
  type World,
} from "../../model/index.ts";
import type { CallTable } from "../call-table.ts";
import type { LegDevice } from "../leg/leg.ts";
import type { NewCalls } from "../new-calls.ts";
import type { Origination, ReachedService } from "../session/origination.ts";
import { NOT_REDIRECTED, sentElsewhere, withHeaders, type Redirected } from "../routing/redirected-call.ts";
import { shownBy } from "./leg-facts.ts";
import type { Begun } from "./session-origin.ts";

type EffectOf<Type extends ModelEffect["type"]> = Extract<ModelEffect, { type: Type }>;

export interface OriginatorOptions {
  readonly inventory: Inventory;
  readonly table: CallTable;
  readonly newCalls: NewCalls;
}

/** Features by which a device is rung that has asked for it itself, or a person for it. */
const WANTED: Readonly<Partial<Record<FeatureReason, Origination["wanted"]>>> = {
  "make-call": "by-user",
  pickup: "by-device",
  unpark: "by-device",
  barge: "by-device",
};

/** Features whose party may wait in a queue. */
const MAY_WAIT: ReadonlySet<FeatureReason> = new Set(["blind-transfer", "make-call", "redirect", "forward-on-failure"]);

/** Makes the calls that features want of the switch itself, and tells what they lead to at once. */
export class Originator {
  readonly #options: OriginatorOptions;
  readonly #world: World;
  readonly #handle: (event: ModelEvent) => void;

  constructor(options: OriginatorOptions, world: World, handle: (event: ModelEvent) => void) {
    this.#options = options;
    this.#world = world;
    this.#handle = handle;
  }

  originate(effect: EffectOf<"originate">, begun: Begun): void {
    const { inventory, newCalls } = this.#options;
    const { sessionId } = effect;
    const by = inventory.deviceByName(effect.by);
    const isWanted = effect.onlyDevice !== undefined;
    const wanted = effect.isAtOnce === true ? "at-once" : isWanted ? WANTED[effect.feature] : undefined;
    const as = this.#shownAs(effect.from);
    const full = isFirst(effect) ? newCalls.refusalOfNew(false) : undefined;
    const reached =
      full ??
      (by === undefined || as === undefined
        ? { status: 480, cause: 20 }
        : newCalls.originate(
            withMore(effect, {
              as: shownBy(as, effect),
              by,
              redirected: this.#redirectedBy(effect),
              roomIn: this.#roomFor(effect),
              wanted,
              origin: { ...begun, from: [] },
            }),
          ));
    if (reached === undefined) return;
    if ("service" in reached) return this.#reach(effect, reached);
    if ("feature" in reached) return this.#handle({ type: "feature-reached", sessionId, feature: reached.feature });
    const { status, cause = causeOfStatus(status) } = reached;
    this.#handle({
      type: "ended",
      sessionId,
      why: { cause, sip: { status }, feature: effect.feature, by: "system" },
    });
  }

  #redirectedBy({ diverted, to, headers }: EffectOf<"originate">): Redirected | undefined {
    if (diverted === undefined) return headers && withHeaders(NOT_REDIRECTED, headers);
    const { by, number } = diverted;
    const phone = this.#options.inventory.lineOf(by, number);
    return withHeaders(sentElsewhere({ name: phone?.line ?? number, phone }, diverted, to), headers);
  }

  /** A service has answered; who waits there is known to its queue. */
  #reach({ sessionId, from }: EffectOf<"originate">, { service, queue }: ReachedService): void {
    this.#handle({ type: "answered", sessionId, endpoint: service });
    if (queue !== undefined && "legId" in from) {
      this.#handle({ type: "queued", sessionId, legId: from.legId, ...queue });
    }
  }

  /** A party that is sent elsewhere, or calls by command, may wait in a queue. */
  #roomFor({ feature, from }: EffectOf<"originate">): Origination["roomIn"] {
    return "legId" in from && MAY_WAIT.has(feature) ? ({ pilot }) => placeInQueue(this.#world, pilot) : undefined;
  }

  /** Undefined: the leg is gone. */
  #shownAs(from: EffectOf<"originate">["from"]): LegDevice | undefined {
    if ("legId" in from) return this.#options.table.findByTag(from.legId)?.leg.device;
    const { number, name } = from.address;
    return { kind: "peer", name: "", number, ...(name === undefined ? {} : { displayName: name }) };
  }
}

/** Nobody is in its call yet: it is one more. */
function isFirst({ feature, from }: EffectOf<"originate">): boolean {
  return feature === "make-call" && "address" in from;
}
