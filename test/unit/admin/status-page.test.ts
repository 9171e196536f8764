import assert from "node:assert/strict";
import { renderStatusPage, type StatusPageFacts } from "../../../src/admin/http/status-page.ts";

const facts: StatusPageFacts = {
  node: "node-1",
  version: "1.2.3",
  nowMs: 1_700_000_061_000,
  services: [{ name: "edge", state: "ready", pid: 7, startedAtMs: 1_700_000_000_000, details: {} }],
  calls: [],
  endedCalls: [],
  registrations: [],
  trunks: [],
  tollAlarms: [],
};

describe("status page", () => {
  it("given services that are ready, when rendered, then each is shown and the whole is good", () => {
    const page = renderStatusPage(facts);
    assert.match(page, /All services are ready/);
    const cells = [...page.matchAll(/<td>(.*?)<\/td>/gs)].map(([, cell]) => cell?.trim());
    assert.deepEqual(cells, ["edge", '<span class="state good">ready</span>', "7", "1 min 1 s"]);
    assert.match(page, /No calls\./);
    assert.match(page, /No phone is registered\./);
  });

  it("given a service that is down, or call control that does not answer, when rendered, then it says so", () => {
    const page = renderStatusPage({
      ...facts,
      services: [{ name: "edge", state: "down", details: {} }],
      calls: undefined,
    });
    assert.match(page, /Not all services are ready/);
    assert.match(page, /Call control does not answer/);
  });

  it("given trunks and alarms, when rendered, then states, reasons and what was refused are shown", () => {
    const trunks = [
      { name: "carrier", state: "up", sinceMs: 1_700_000_000_000 },
      { name: "spare", state: "down", sinceMs: 1_700_000_060_000, reason: "no-answer" },
    ];
    const alarm = { atMs: 1_700_000_000_000, guard: "premium", device: "lobby", called: "0900123", refused: 3 };
    const page = renderStatusPage({ ...facts, services: [], trunks, tollAlarms: [alarm] });
    const cells = [...page.matchAll(/<td>(.*?)<\/td>/gs)].map(([, cell]) => cell?.trim());
    assert.deepEqual(cells, [
      ...["carrier", '<span class="state good">up</span>', "2023-11-14 22:13:20", ""],
      ...["spare", '<span class="state other">down</span>', "2023-11-14 22:14:20", "no-answer"],
      ...["2023-11-14 22:13:20", "premium", "lobby", "0900123", "3"],
    ]);
    assert.match(renderStatusPage(facts), /There is no trunk\./);
  });

  it("given what a phone sent, when rendered, then it cannot become markup", () => {
    const registrations = [{ phone: "<script>alert(1)</script>", userAgent: '"><img src=x>' }];
    const page = renderStatusPage({ ...facts, node: "<b>", registrations });
    assert.doesNotMatch(page, /<script>alert|<img|<b>/);
    assert.match(page, /Registrations \(1\)/);
  });

  it("given thousands of rows, when rendered, then the first 200 are shown and the rest is counted", () => {
    const calls = Array.from({ length: 1_000 }, (_, n) => ({ callId: `call-${n}`, state: "established" }));
    const page = renderStatusPage({ ...facts, calls });
    assert.match(page, /call-199</);
    assert.doesNotMatch(page, /call-200</);
    assert.match(page, /and 800 more/);
  });
});
