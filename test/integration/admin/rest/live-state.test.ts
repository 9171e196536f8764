import assert from "node:assert/strict";
import { SwitchError } from "../../../../src/common/index.ts";
import { basic, RestFixture } from "../../../support/rest-fixture.ts";

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

  describe("message waiting lamps", () => {
    const lit = { line: "1001@internal", new: 2, old: 1, newUrgent: 1, oldUrgent: 0 };

    it("given a line, when its lamp is read, set and cleared, then call control is asked for just that", async () => {
      const asked: unknown[] = [];
      const answer =
        (method: string, result: object) =>
        (params: unknown): object => {
          asked.push(method, params);
          return { ...lit, ...result };
        };
      await rest.answerAsCallManager({
        lamp: answer("lamp", {}),
        "set-lamp": answer("set-lamp", { result: "changed" }),
        "clear-lamp": answer("clear-lamp", { new: 0, result: "unchanged" }),
      });
      const path = "/lines/1001@internal/lamp";
      const line = "1001@internal";
      assert.deepEqual((await rest.get(path)).body, lit);
      const set = await rest.send({ method: "PUT", path, body: { new: 2, old: 1, newUrgent: 1 } });
      assert.deepEqual([set.status, set.body["result"]], [200, "changed"]);
      const cleared = await rest.send({ method: "DELETE", path });
      assert.deepEqual([cleared.status, cleared.body["result"]], [200, "unchanged"]);
      const counts = { new: 2, old: 1, newUrgent: 1, oldUrgent: 0 };
      assert.deepEqual(asked, ["lamp", { line }, "set-lamp", { line, ...counts }, "clear-lamp", { line }]);
    });

    const bad = [{}, { new: 1 }, { new: -1, old: 0 }, { new: 1, old: 0, newUrgent: 2 }, { new: 1, old: 0, more: 1 }];
    for (const body of bad) {
      it(`given the body ${JSON.stringify(body)}, when a lamp is set, then it is refused before call control is asked`, async () => {
        const answer = await rest.send({ method: "PUT", path: "/lines/1001@internal/lamp", body });
        assert.deepEqual([answer.status, answer.body.code], [422, "bad-body"]);
      });
    }

    it("given no such line, or no call control, when a lamp is read, then 404 and 503", async () => {
      assert.equal((await rest.get("/lines/7/lamp")).status, 503);
      await rest.answerAsCallManager({
        lamp: () => {
          throw new SwitchError("lamp-invalid-target", "no such line");
        },
      });
      const missing = await rest.get("/lines/7/lamp");
      assert.deepEqual([missing.status, missing.body.code], [404, "not-found"]);
    });

    it("given an auditor, when it sets a lamp, then it gets 403", async () => {
      await rest.addUser("eva", "auditor", "a long password");
      const authorization = basic("eva", "a long password");
      const path = "/lines/1001@internal/lamp";
      const answer = await rest.send({ method: "PUT", path, body: { new: 1, old: 0 }, authorization });
      assert.equal(answer.status, 403);
    });
  });
});
