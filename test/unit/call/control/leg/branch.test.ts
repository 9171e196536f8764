import assert from "node:assert/strict";
import { Branch } from "../../../../../src/call/control/leg/branch.ts";
import type { Leg } from "../../../../../src/call/control/leg/leg.ts";
import { SignalingError } from "../../../../../src/call/signaling/signaling-error.ts";
import { RandomIds } from "../../../../../src/common/index.ts";
import { OpenRequests, responseOf } from "../../../../support/open-requests.ts";

const device = { kind: "sip-phone", name: "phone-1002", number: "1002" } as const;
const WAYS = ["sip:1002@192.0.2.7:40001", "sip:1002@192.0.2.7:40002"];

describe("Branch with two ways to a phone", () => {
  let requests: OpenRequests;
  let legs: Leg[];
  let failed: number[];
  let branch: Branch;
  beforeEach(() => {
    requests = new OpenRequests();
    legs = [];
    failed = [];
    const [uri = "", ...others] = WAYS;
    const target = {
      uri,
      otherWays: others.map((way) => ({ uri: way })),
      device,
      isTrusted: false,
      policy: { expiresSeconds: 0, minSeconds: 90 },
      latch: "candidates",
    } as const;
    branch = new Branch(
      { branchId: "b", target, caller: device, headers: [], toTrusted: [], port: requests.port, ids: new RandomIds() },
      {
        onLeg: (leg) => legs.push(leg),
        onTrying: () => undefined,
        onProgress: () => undefined,
        onForeseen: () => undefined,
        onAnswered: () => undefined,
        onFailed: ({ status }) => failed.push(status),
      },
    );
  });

  const uris = (): (string | undefined)[] => requests.sent.map(({ request }) => request.uri);

  it("given a flow that is gone, when the edge says so, then the next way is tried, and its answer is the last word", () => {
    branch.send(undefined);
    requests.sent[0]?.events.onResponse(responseOf(430, ""));
    assert.deepEqual(uris(), WAYS);
    requests.sent[1]?.events.onResponse(responseOf(430, ""));
    assert.deepEqual(failed, [430]);
  });

  it("given an edge that is lost, when it is, then no other way is tried and no leg is made that nobody would remove", () => {
    branch.send(undefined);
    requests.sent[0]?.events.onFailed(new SignalingError("edge-lost", "gone"));
    assert.deepEqual([uris(), legs.length, failed], [WAYS.slice(0, 1), 1, [503]]);
  });

  it("given a way that cannot be used at all, when the branch over the next one is cancelled, then that one is", () => {
    requests.failures.push(new SignalingError("refused", "invalid request-uri"));
    branch.send(undefined);
    assert.deepEqual(uris(), WAYS);
    branch.cancel([]);
    assert.deepEqual(
      requests.sent.map(({ isCancelled }) => isCancelled),
      [false, true],
    );
  });

  it("given a callee that rings reliably and answers no PRACK, when it goes on, then it gets 8; answered ones do not count", () => {
    branch.send("v=0");
    const ring = (rseq: number): void => {
      const reliable: [string, string][] = [
        ["Require", "100rel"],
        ["RSeq", String(rseq)],
      ];
      requests.sent[0]?.events.onResponse(responseOf(180, "192.0.2.7", reliable));
    };
    const pracks = (): (readonly [string, string] | undefined)[] =>
      requests.sent.filter(({ request }) => request.method === "PRACK").map(({ request }) => request.headers?.[0]);
    for (let rseq = 1; rseq <= 20; rseq += 1) ring(rseq);
    assert.deepEqual([pracks().length, pracks().at(-1)], [8, ["RAck", "8 1 INVITE"]]);
    requests.sent[1]?.events.onResponse(responseOf(200));
    requests.sent[2]?.events.onFailed(new SignalingError("unknown-dialog", "gone"));
    for (let rseq = 21; rseq <= 30; rseq += 1) ring(rseq);
    assert.deepEqual([pracks().length, pracks().at(-1)], [10, ["RAck", "22 1 INVITE"]]);
  });
});
