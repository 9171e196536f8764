import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type NonInviteClientEvent,
  type NonInviteClientTransaction,
  startNonInviteClient,
  stepNonInviteClient,
} from "../../../../src/sip/transaction/non-invite-client-transaction.ts";
import { namesOf, TIMERS, trace, walk } from "./machine-walk.ts";

const response = (status: number): NonInviteClientEvent => ({ type: "response", status });
const timer = (name: "e" | "f" | "k"): NonInviteClientEvent => ({ type: "timer", timer: name });
const FAILED: NonInviteClientEvent = { type: "transport-failed" };
const E = timer("e");

interface Arc {
  readonly given: string;
  readonly reliable?: boolean;
  readonly before?: readonly NonInviteClientEvent[];
  readonly when: string;
  readonly event: NonInviteClientEvent;
  readonly state: NonInviteClientTransaction["state"];
  readonly effects: readonly string[];
}

const COMPLETE = ["stop-timers", "start-timer k 5000", "deliver-response"];
const TIMEOUT = ["stop-timers", "ended timeout"];
const FAILURE = ["stop-timers", "ended transport-failed"];
const PROCEEDING = [response(100)];
const COMPLETED = [response(200)];

const ARCS: readonly Arc[] = [
  {
    given: "Trying",
    when: "timer E fires",
    event: E,
    state: "trying",
    effects: ["send-request", "start-timer e 1000"],
  },
  {
    given: "Trying after two retransmissions",
    before: [E, E],
    when: "timer E fires",
    event: E,
    state: "trying",
    effects: ["send-request", "start-timer e 4000"],
  },
  {
    given: "Trying after many retransmissions",
    before: [E, E, E, E, E],
    when: "timer E fires",
    event: E,
    state: "trying",
    effects: ["send-request", "start-timer e 4000"],
  },
  { given: "Trying", when: "timer F fires", event: timer("f"), state: "terminated", effects: TIMEOUT },
  { given: "Trying", when: "the transport fails", event: FAILED, state: "terminated", effects: FAILURE },
  { given: "Trying", when: "a 1xx comes", event: response(100), state: "proceeding", effects: ["deliver-response"] },
  { given: "Trying", when: "a 2xx comes", event: response(200), state: "completed", effects: COMPLETE },
  { given: "Trying", when: "a 300-699 comes", event: response(404), state: "completed", effects: COMPLETE },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "timer E fires",
    event: E,
    state: "proceeding",
    effects: ["send-request", "start-timer e 4000"],
  },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "timer F fires",
    event: timer("f"),
    state: "terminated",
    effects: TIMEOUT,
  },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "the transport fails",
    event: FAILED,
    state: "terminated",
    effects: FAILURE,
  },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "a 1xx comes",
    event: response(183),
    state: "proceeding",
    effects: ["deliver-response"],
  },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "a final response comes",
    event: response(486),
    state: "completed",
    effects: COMPLETE,
  },
  {
    given: "Completed",
    before: COMPLETED,
    when: "a final response comes",
    event: response(200),
    state: "completed",
    effects: [],
  },
  { given: "Completed", before: COMPLETED, when: "timer E fires", event: E, state: "completed", effects: [] },
  { given: "Completed", before: COMPLETED, when: "timer F fires", event: timer("f"), state: "completed", effects: [] },
  {
    given: "Completed",
    before: COMPLETED,
    when: "the transport fails",
    event: FAILED,
    state: "completed",
    effects: [],
  },
  {
    given: "Completed",
    before: COMPLETED,
    when: "timer K fires",
    event: timer("k"),
    state: "terminated",
    effects: ["stop-timers", "ended done"],
  },
  {
    given: "Trying over a reliable transport",
    reliable: true,
    when: "a final response comes",
    event: response(200),
    state: "completed",
    effects: ["stop-timers", "start-timer k 0", "deliver-response"],
  },
  {
    given: "Trying over a reliable transport",
    reliable: true,
    when: "timer E fires",
    event: E,
    state: "trying",
    effects: [],
  },
];

describe("non-INVITE client transaction", () => {
  it("given an unreliable transport, when it starts, then the request goes out with timers E and F", () => {
    const { tx, effects } = startNonInviteClient(false, TIMERS);
    assert.equal(tx.state, "trying");
    assert.deepEqual(namesOf(effects), ["send-request", "start-timer e 500", "start-timer f 32000"]);
  });
  it("given a reliable transport, when it starts, then there is no timer E", () => {
    assert.deepEqual(namesOf(startNonInviteClient(true, TIMERS).effects), ["send-request", "start-timer f 32000"]);
  });

  for (const { given, reliable = false, before = [], when, event, state, effects } of ARCS) {
    it(`given ${given}, when ${when}, then it is ${state} (${effects.join(", ") || "nothing"})`, () => {
      const { tx } = walk(startNonInviteClient(reliable, TIMERS).tx, stepNonInviteClient, before);
      const last = stepNonInviteClient(tx, event);
      assert.equal(last.tx.state, state);
      assert.deepEqual(namesOf(last.effects), effects);
    });
  }

  const anyEvent: fc.Arbitrary<NonInviteClientEvent> = fc.oneof(
    fc.constantFrom(100, 183, 200, 302, 404, 503, 603).map(response),
    fc.constantFrom("e" as const, "f" as const, "k" as const).map(timer),
    fc.constant(FAILED),
  );
  const walks = fc.tuple(fc.boolean(), fc.array(anyEvent, { maxLength: 40 }));

  it("given any order of events, when terminated, then nothing has an effect any more", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        const steps = trace(startNonInviteClient(reliable, TIMERS).tx, stepNonInviteClient, events);
        for (const { before, after, effects } of steps) {
          if (before.state !== "terminated") continue;
          assert.equal(after, before);
          assert.deepEqual(effects, []);
        }
      }),
    );
  });
  it("given any order of events, when it has an outcome, then it has no second one", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        const steps = trace(startNonInviteClient(reliable, TIMERS).tx, stepNonInviteClient, events);
        const outcomes = steps.filter(({ event, effects }) => {
          const names = namesOf(effects);
          const isFinal = event.type === "response" && event.status >= 200 && names.includes("deliver-response");
          return isFinal || names.includes("ended timeout") || names.includes("ended transport-failed");
        });
        assert.ok(outcomes.length <= 1);
      }),
    );
  });
  it("given any order of events, when the transport is reliable, then the request goes out once and timer E never starts", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const start = startNonInviteClient(true, TIMERS);
        const steps = trace(start.tx, stepNonInviteClient, events);
        const names = [...namesOf(start.effects), ...steps.flatMap(({ effects }) => namesOf(effects))];
        assert.equal(names.filter((name) => name === "send-request").length, 1);
        assert.ok(!names.some((name) => name.startsWith("start-timer e")));
      }),
    );
  });
  it("given any order of events, when the request is sent again, then no final response has come and T2 is not exceeded", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        const steps = trace(startNonInviteClient(reliable, TIMERS).tx, stepNonInviteClient, events);
        for (const { before, effects } of steps) {
          if (!namesOf(effects).includes("send-request")) continue;
          assert.ok(before.state === "trying" || before.state === "proceeding");
          assert.ok(before.retransmitMs <= TIMERS.t2Ms);
        }
      }),
    );
  });
});
