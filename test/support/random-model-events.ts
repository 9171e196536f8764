import fc from "fast-check";
import type { ModelEvent, World } from "../../src/call/model/index.ts";
import { NORMAL, type Why } from "../../src/call/model/why.ts";
import { phoneLeg, placeOf, trunkLeg, trunkPlace } from "./call-story.ts";

const BUSY: Why = { cause: 17, sip: { status: 486 }, feature: "normal", by: "party" };

const pick = <const Value>(...values: readonly Value[]): fc.Arbitrary<Value> => fc.constantFrom(...values);
const sessionId = pick("c1", "c2", "c3", "c1.3", "c2.4");
const legId = pick("l1", "l2", "l3", "l4", "l5");
const name = pick("A", "B", "C");
const leg = fc.oneof(
  fc.tuple(name, legId).map(([who, id]) => phoneLeg(who, { legId: id })),
  legId.map((id) => trunkLeg("555", { legId: id })),
);
const place = fc.oneof(
  name.map((who) => placeOf(who)),
  fc.constant(placeOf("B", ["b-phone", "c-phone"])),
  fc.constant(trunkPlace("555")),
);
const why = pick(NORMAL, BUSY);
const device = pick("a-phone", "b-phone", "c-phone");

/** Whatever comes, also what makes no sense. */
export const modelEvent: fc.Arbitrary<ModelEvent> = fc.oneof(
  fc.record({
    type: fc.constant("offered" as const),
    sessionId: pick("c1", "c2", "c3"),
    leg,
    called: pick("B", "555"),
  }),
  fc.record({ type: fc.constant("offering" as const), sessionId, places: fc.array(place, { maxLength: 3 }) }),
  fc.record({ type: fc.constant("ringing" as const), sessionId }),
  fc.record({ type: fc.constant("answered" as const), sessionId, leg }),
  fc.record({ type: fc.constant("answered" as const), sessionId, endpoint: fc.constant("echo" as const) }),
  fc.record({ type: fc.constant("held" as const), legId, isHolding: fc.boolean() }),
  fc.record({ type: fc.constant("leaving" as const), legId, why }),
  fc.record({ type: fc.constant("ended" as const), sessionId, why }),
  fc
    .record({ referId: pick("r1", "r2"), legId, to: pick("B", "C") })
    .map((refer) => ({ type: "refer" as const, refer })),
  fc
    .record({ referId: pick("r1", "r2"), legId, to: pick("B", "C"), replaces: legId })
    .map((refer) => ({ type: "refer" as const, refer })),
  fc
    .record({ type: pick("hold", "retrieve", "swap", "complete-transfer", "drop"), device })
    .map((command) => ({ type: "command" as const, commandId: "x", command })),
  device.map((one) => ({
    type: "command" as const,
    commandId: "x",
    command: { type: "transfer" as const, device: one, to: "C" },
  })),
);

/** The shell's part, so far as calls come into being by it: names of sessions and legs are not used again. */
export function isPossible(world: World, begun: Set<string>, event: ModelEvent): boolean {
  if (event.type === "offered") {
    const isNew = !begun.has(event.sessionId) && !world.legs.has(event.leg.legId);
    if (isNew) begun.add(event.sessionId);
    return isNew;
  }
  return event.type !== "answered" || event.leg === undefined || !world.legs.has(event.leg.legId);
}
