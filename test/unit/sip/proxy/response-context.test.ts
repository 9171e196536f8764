import assert from "node:assert/strict";
import fc from "fast-check";
import {
  MAX_BRANCHES,
  newResponseContext,
  stepProxy,
  type ProxyEffect,
  type ProxyEvent,
  type ResponseContext,
} from "../../../../src/sip/proxy/response-context.ts";

const OPTIONS = { isInvite: true, isSimultaneous: false, followsRedirects: false };

/** Runs events and gives what the last of them did. */
function run(start: ResponseContext, ...events: ProxyEvent[]): { context: ResponseContext; did: string[] } {
  let context = start;
  let effects: readonly ProxyEffect[] = [];
  for (const event of events) ({ context, effects } = stepProxy(context, event));
  return { context, did: effects.filter(({ type }) => !type.endsWith("timer")).map(nameOf) };
}

function nameOf(effect: ProxyEffect): string {
  if (effect.type === "forward-best") return `best ${effect.branch ?? "own"} ${effect.status}`;
  return `${effect.type} ${effect.branch}`;
}

const begin: ProxyEvent = { type: "start" };
const response = (branch: number, status: number, ...contacts: string[]): ProxyEvent => {
  return { type: "response", branch, status, contacts };
};
const timer = (branch: number, name: "provisional" | "final" | "c"): ProxyEvent => {
  return { type: "timer", branch, timer: name };
};
const two = newResponseContext(["sip:a", "sip:b"], OPTIONS);
const both = newResponseContext(["sip:a", "sip:b"], { ...OPTIONS, isSimultaneous: true });

describe("stepProxy", () => {
  it("given serial search, when it starts and fails, then one after the other is tried, then the best is given", () => {
    assert.deepEqual(run(two, begin).did, ["send 0"]);
    assert.deepEqual(run(two, begin, response(0, 486)).did, ["send 1"]);
    assert.deepEqual(run(two, begin, response(0, 486), response(1, 500)).did, ["best 0 486"]);
  });
  it("given simultaneous search, when it starts, then all are tried", () => {
    assert.deepEqual(run(both, begin).did, ["send 0", "send 1"]);
  });
  for (const [one, other, best] of [
    [404, 300, 300],
    [486, 401, 401],
    [404, 484, 484],
    [603, 401, 603],
    [500, 404, 404],
    [408, 486, 486],
  ] as const) {
    it(`given ${one} and ${other}, when both have come, then ${best} is best`, () => {
      const { did } = run(both, begin, response(0, one), response(1, other));
      assert.match(did.at(-1) ?? "", new RegExp(`^best . ${best}$`));
    });
  }
  it("given a 2xx, when it comes, then it goes on, the others are cancelled, and later ones go on too", () => {
    assert.deepEqual(run(both, begin, response(1, 200)).did, ["forward 1", "cancel 0"]);
    assert.deepEqual(run(both, begin, response(1, 200), response(0, 200)).did, ["forward 0"]);
    assert.deepEqual(run(both, begin, response(1, 200), response(0, 487)).did, []);
    assert.deepEqual(run(both, begin, response(1, 200), response(0, 180)).did, []);
  });
  it("given another method than INVITE, when a second 2xx comes, then it does not go on", () => {
    const message = { ...both, isInvite: false };
    assert.deepEqual(run(message, begin, response(1, 200), response(0, 200)).did, []);
  });
  it("given 100, when it comes, then it stays here", () => {
    assert.deepEqual(run(two, begin, response(0, 100)).did, []);
    assert.deepEqual(run(two, begin, response(0, 183)).did, ["forward 0"]);
  });
  it("given a redirection in a serial search, when followed, then its contacts come before the next target", () => {
    const follow = { ...two, followsRedirects: true };
    assert.deepEqual(run(follow, begin, response(0, 302, "sip:c", "sip:a")).did, ["send 2"]);
    assert.deepEqual(run(follow, begin, response(0, 302, "sip:c"), response(2, 404)).did, ["send 1"]);
    const { did } = run(follow, begin, response(0, 302, "sip:c"), response(2, 404), response(1, 404));
    assert.deepEqual(did, ["best 1 404"]);
  });
  it("given a redirection to what was tried, when it comes, then it counts as a failure", () => {
    const follow = { ...two, followsRedirects: true };
    assert.deepEqual(run(follow, begin, response(0, 302, "sip:a"), response(1, 404)).did, ["best 0 302"]);
  });
  it("given endless redirections, when followed, then the number of targets is bounded", () => {
    let context: ResponseContext = { ...two, followsRedirects: true };
    context = run(context, begin).context;
    for (let round = 0; round < 100; round += 1) {
      const calling = context.branches.findIndex(({ state }) => state === "calling");
      if (calling < 0) break;
      context = run(context, response(calling, 302, `sip:${round}x`, `sip:${round}y`)).context;
    }
    assert.equal(context.branches.length, MAX_BRANCHES);
    assert.equal(context.isAnswered, true);
  });
  it("given time-outs, when nothing or no final response came, then it is cancelled and the next is tried", () => {
    assert.deepEqual(run(two, begin, timer(0, "provisional")).did, ["cancel 0", "send 1"]);
    assert.deepEqual(run(two, begin, response(0, 180), timer(0, "provisional")).did, []);
    assert.deepEqual(run(two, begin, response(0, 180), timer(0, "final")).did, ["cancel 0", "send 1"]);
    assert.deepEqual(run(two, begin, timer(0, "final"), timer(1, "final")).did, ["cancel 1", "best own 408"]);
  });
  it("given timer C, when it rings, then what comes of the CANCEL counts", () => {
    assert.deepEqual(run(two, begin, response(0, 180), timer(0, "c")).did, ["cancel 0"]);
    assert.deepEqual(run(two, begin, response(0, 180), timer(0, "c"), response(0, 487)).did, ["send 1"]);
  });
  it("given the caller cancels, when nobody is asked yet or somebody is, then 487 in the end", () => {
    assert.deepEqual(run(two, { type: "cancel" }).did, ["best own 487"]);
    assert.deepEqual(run(two, begin, { type: "cancel" }).did, ["cancel 0"]);
    assert.deepEqual(run(two, begin, { type: "cancel" }, response(0, 487)).did, ["best 0 487"]);
    assert.deepEqual(run(two, begin, { type: "cancel" }, response(0, 200)).did, ["forward 0"]);
  });
  it("given any events, when run, then one final response below 600 rules and none after it but 2xx", () => {
    const branch = fc.integer({ min: 0, max: 3 });
    const event: fc.Arbitrary<ProxyEvent> = fc.oneof(
      fc.constant(begin),
      fc.constant<ProxyEvent>({ type: "cancel" }),
      fc
        .tuple(branch, fc.constantFrom(100, 180, 200, 302, 404, 487, 503, 603))
        .map(([b, s]) => response(b, s, "sip:r")),
      branch.map((b): ProxyEvent => ({ type: "failed", branch: b, status: 408 })),
      fc
        .tuple(branch, fc.constantFrom<"provisional" | "final" | "c">("provisional", "final", "c"))
        .map(([b, t]) => timer(b, t)),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.boolean(), (events, isSimultaneous) => {
        let context: ResponseContext = { ...two, isSimultaneous, followsRedirects: true };
        let finals = 0;
        for (const each of events) {
          const { context: next, effects } = stepProxy(context, each);
          for (const effect of effects) {
            if (effect.type === "forward-best") finals += 1;
            if (effect.type === "send") assert.equal(context.isAnswered, false);
          }
          if (context.isAnswered) assert.ok(next.isAnswered);
          context = next;
        }
        assert.ok(finals <= 1);
        const open = context.branches.some(({ state }) => !["final", "abandoned", "waiting"].includes(state));
        if (!open && events.some(({ type }) => type === "start")) assert.equal(context.isAnswered, true);
      }),
    );
  });
});
