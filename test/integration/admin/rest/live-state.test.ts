import assert from "node:assert/strict";
import { SwitchError } from "../../../../src/common/index.ts";
import { RestFixture } from "../../../support/rest-fixture.ts";

describe("live state over the REST API", () => {
  let rest: RestFixture;
  beforeEach(async () => {
    rest = await RestFixture.start();
    await rest.post("/bulk", {
      operations: [
        { operation: "create", collection: "directory-numbers", body: { number: "1001", displayName: "Ada" } },
        { operation: "create", collection: "phones", body: { name: "b", lines: [{ directoryNumber: "1001" }] } },
        { operation: "create", collection: "trunks", body: { name: "c", uri: "sip:192.0.2.1" } },
        { operation: "create", collection: "cti-ports", body: { name: "a", lines: [{ directoryNumber: "1001" }] } },
      ],
    });
  });
  afterEach(() => rest.close());

  it("given devices of several kinds, when listed, then they are in the order of names with their states", async () => {
    const asked: unknown[] = [];
    await rest.answerAsCallManager({
      "device-states": (params) => {
        asked.push(params);
        return [{ name: "b", state: "registered" }];
      },
    });
    const first = await rest.get("/devices?limit=2");
    assert.deepEqual(asked, [{ names: ["a", "b"] }]);
    assert.deepEqual(first.body.items, [
      { id: "a", collection: "cti-ports", lines: ["1001@internal"], state: null },
      { id: "b", collection: "phones", lines: ["1001@internal"], state: { name: "b", state: "registered" } },
    ]);
    assert.equal(first.body.total, 3);
    const second = await rest.get(`/devices?limit=2&after=${first.body.next}`);
    assert.deepEqual(second.body.items, [{ id: "c", collection: "trunks", lines: [], state: null }]);
    assert.equal(second.body.next, null);
  });

  it("given a line on two devices, when listed, then both are named", async () => {
    await rest.answerAsCallManager({ "line-states": () => [{ name: "1001@internal", calls: 1 }] });
    const { body } = await rest.get("/lines");
    const state = { name: "1001@internal", calls: 1 };
    assert.deepEqual(body.items, [{ id: "1001@internal", displayName: "Ada", devices: ["a", "b"], state }]);
  });

  it("given trunks, when their states are listed, then they come in pages, as call control tells them", async () => {
    const states = ["a", "b", "c"].map((name) => ({ name, state: "up", sinceMs: 7 }));
    await rest.answerAsCallManager({ trunks: () => states });
    const first = await rest.get("/trunk-states?limit=2");
    assert.deepEqual(first.body, { items: states.slice(0, 2), next: "b", total: 3 });
    const second = await rest.get("/trunk-states?limit=2&after=b");
    assert.deepEqual(second.body, { items: states.slice(2), next: null, total: 3 });
    assert.equal((await rest.get("/trunk-states?limit=0")).body.code, "bad-parameter");
  });

  it("given calls that guards have refused, when listed, then all that call control knows are there", async () => {
    const alarms = [9, 7].map((atMs) => ({ atMs, guard: "premium", device: "b", called: "0900", refused: 2 }));
    await rest.answerAsCallManager({ "toll-alarms": () => alarms });
    assert.deepEqual((await rest.get("/toll-alarms")).body, { items: alarms, next: null, total: 2 });
    assert.deepEqual((await rest.get("/toll-alarms?limit=1")).body.items, [alarms[0]]);
  });

  it("given digits, when explained, then call control's answer is given; its refusals are problems", async () => {
    await rest.answerAsCallManager({
      "dial-plan-explain": (params) => {
        const { from } = params as { from: string };
        if (from === "nobody") throw new SwitchError("unknown-device", "no such device");
        return { asked: params, outcome: "route" };
      },
    });
    const { body } = await rest.get("/dial-plan/explain?from=b&digits=%2B4930");
    assert.deepEqual(body, { asked: { from: "b", digits: "+4930" }, outcome: "route" });
    assert.equal((await rest.get("/dial-plan/explain?from=nobody&digits=1")).body.code, "not-found");
    assert.equal((await rest.get("/dial-plan/explain?from=b")).body.code, "bad-parameter");
    assert.equal((await rest.get("/dial-plan/explain?from=b&digits=1&x=2")).body.code, "bad-parameter");
    assert.equal((await rest.get("/devices")).body.code, "unavailable");
  });

  it("given service parameters, when their definitions are listed, then values and defaults are told", async () => {
    await rest.post("/service-parameters", { name: "ForwardMaximumHopCount", value: 5 });
    const { body } = await rest.get("/service-parameter-definitions");
    const hops = body.items.find(({ name }) => name === "ForwardMaximumHopCount");
    assert.deepEqual([hops?.["value"], hops?.["default"], hops?.["isDefault"]], [5, 12, false]);
    assert.equal((hops?.["schema"] as { maximum: number }).maximum, 60);
    const bad = await rest.post("/service-parameters", { name: "ForwardMaximumHopCount2", value: 5 });
    assert.equal(bad.body.code, "bad-object");
  });
});
