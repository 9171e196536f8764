import assert from "node:assert/strict";
import { ModelBench } from "../../../../support/model-bench.ts";

describe("calls of a device whose application is lost, and that cannot be sent elsewhere", () => {
  let bench: ModelBench;
  beforeEach(() => {
    bench = new ModelBench();
  });

  const lose = (legId: string): void => bench.feed({ type: "owner-lost", legId, to: "1009" });
  const legAt = (device: string): string => [...(bench.world.legsOfDevices.get(device) ?? [])][0] ?? assert.fail();

  it("given a port in a conference, when its owner is lost, then it has left, and the others talk on", () => {
    bench.call("c1", "1001", "port");
    const [, other] = bench.call("c2", "port", "1002");
    assert.equal(bench.command({ type: "conference", device: "port" })?.ok, true);
    lose(legAt("port"));
    assert.equal(bench.world.legsOfDevices.has("port"), false);
    assert.notEqual(bench.with(other), undefined);
    assert.deepEqual(bench.effectsOf("originate"), []);
  });

  it("given a port that hears a service, when its owner is lost, then its call is over", () => {
    bench.feed({ type: "offered", sessionId: "c1", leg: bench.leg("port"), called: "5000" });
    bench.feed({ type: "answered", sessionId: "c1", endpoint: "music" });
    lose(legAt("port"));
    assert.equal(bench.left, 0);
  });

  it("given a port whose other party is redirecting it, when its owner is lost, then the party that would be sent is gone", () => {
    const [, far] = bench.call("c1", "1001", "port");
    bench.feed({ type: "command", commandId: "r1", command: { type: "redirect", device: "1001", to: "1002" } });
    lose(far);
    const result = bench.results.get("r1");
    assert.equal(result?.ok === false && result.failure, "party-gone");
    assert.equal(bench.world.legs.has(far), false);
    assert.equal(bench.world.redirects.size, 0);
  });
});
