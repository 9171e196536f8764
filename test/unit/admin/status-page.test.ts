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
