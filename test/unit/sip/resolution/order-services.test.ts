import assert from "node:assert/strict";
import { orderServices } from "../../../../src/sip/resolution/order-services.ts";
import { seededRandom } from "../../../support/seeded-random.ts";

const ROUNDS = 20_000;

const service = (name: string, priority: number, weight: number) => ({ name, priority, weight });

/** How often each record comes first, of all rounds. */
function shareOfFirst(services: readonly ReturnType<typeof service>[]): Record<string, number> {
  const random = seededRandom(3_263);
  const counts: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = orderServices(services, random)[0]?.name ?? "";
    counts[first] = (counts[first] ?? 0) + 1 / ROUNDS;
  }
  return counts;
}

describe("order of SRV records", () => {
  it("given priorities, when ordered, then the lowest comes first whatever the weights", () => {
    const services = [service("c", 30, 9), service("a", 10, 1), service("b", 20, 60_000)];
    for (const random of [() => 0, () => 0.999_999, seededRandom(1)]) {
      assert.deepEqual(
        orderServices(services, random).map(({ name }) => name),
        ["a", "b", "c"],
      );
    }
  });

  it("given weights 60, 30 and 10, when ordered often, then each is first as often as its weight says", () => {
    const shares = shareOfFirst([service("a", 1, 60), service("b", 1, 30), service("c", 1, 10)]);
    for (const [name, share] of [
      ["a", 0.6],
      ["b", 0.3],
      ["c", 0.1],
    ] as const) {
      assert.ok(Math.abs((shares[name] ?? 0) - share) < 0.02, `${name}: ${shares[name]}`);
    }
  });

  it("given weight 0 beside another, when ordered often, then it is first now and then, and always there", () => {
    const services = [service("a", 1, 99), service("none", 1, 0)];
    const shares = shareOfFirst(services);
    assert.ok((shares["none"] ?? 0) > 0 && (shares["none"] ?? 0) < 0.03, String(shares["none"]));
    assert.equal(orderServices(services, () => 0.5).length, 2);
  });

  it("given only weights of 0, when ordered, then all are there", () => {
    const services = [service("a", 1, 0), service("b", 1, 0), service("c", 1, 0)];
    const names = orderServices(services, seededRandom(7)).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["a", "b", "c"]);
  });
});
