import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type InviteClientEvent,
  type InviteClientTransaction,
  startInviteClient,
  stepInviteClient,
} from "../../../../src/sip/transaction/invite-client-transaction.ts";
import { namesOf, TIMERS, trace, walk } from "./machine-walk.ts";

const response = (status: number): InviteClientEvent => ({ type: "response", status });
const timer = (name: "a" | "b" | "d" | "m" | "cancel"): InviteClientEvent => ({ type: "timer", timer: name });
const FAILED: InviteClientEvent = { type: "transport-failed" };
const CANCEL_SENT: InviteClientEvent = { type: "cancel-sent" };

interface Arc {
  readonly given: string;
  readonly reliable?: boolean;
  readonly before?: readonly InviteClientEvent[];
  readonly when: string;
  readonly event: InviteClientEvent;
  readonly state: InviteClientTransaction["state"];
  readonly effects: readonly string[];
}

const ARCS: readonly Arc[] = [
  {
    given: "Calling",
    when: "timer A fires",
    event: timer("a"),
    state: "calling",
    effects: ["send-request", "start-timer a 1000"],
  },
  {
    given: "Calling after one retransmission",
    before: [timer("a")],
    when: "timer A fires",
    event: timer("a"),
    state: "calling",
    effects: ["send-request", "start-timer a 2000"],
  },
  {
    given: "Calling",
    when: "timer B fires",
    event: timer("b"),
    state: "terminated",
    effects: ["stop-timers", "ended timeout"],
  },
  {
    given: "Calling",
    when: "the transport fails",
    event: FAILED,
    state: "terminated",
    effects: ["stop-timers", "ended transport-failed"],
  },
  {
    given: "Calling",
    when: "a 1xx comes",
    event: response(180),
    state: "proceeding",
    effects: ["stop-timers", "deliver-response"],
  },
  {
    given: "Calling",
    when: "a 2xx comes",
    event: response(200),
    state: "accepted",
    effects: ["stop-timers", "start-timer m 32000", "deliver-response"],
  },
  {
    given: "Calling",
    when: "a 300-699 comes",
    event: response(486),
    state: "completed",
    effects: ["stop-timers", "send-ack", "start-timer d 32000", "deliver-response"],
  },
  {
    given: "Proceeding",
    before: [response(100)],
    when: "a 1xx comes",
    event: response(183),
    state: "proceeding",
    effects: ["deliver-response"],
  },
  {
    given: "Proceeding",
    before: [response(100)],
    when: "a 2xx comes",
    event: response(202),
    state: "accepted",
    effects: ["stop-timers", "start-timer m 32000", "deliver-response"],
  },
  {
    given: "Proceeding",
    before: [response(100)],
    when: "a 300-699 comes",
    event: response(603),
    state: "completed",
    effects: ["stop-timers", "send-ack", "start-timer d 32000", "deliver-response"],
  },
  {
    given: "Proceeding",
    before: [response(100)],
    when: "its CANCEL is sent",
    event: CANCEL_SENT,
    state: "proceeding",
    effects: ["start-timer cancel 32000"],
  },
  {
    given: "Proceeding and cancelled",
    before: [response(100), CANCEL_SENT],
    when: "64*T1 pass without a final response",
    event: timer("cancel"),
    state: "terminated",
    effects: ["stop-timers", "ended timeout"],
  },
  {
    given: "Proceeding",
    before: [response(100)],
    when: "the transport fails",
    event: FAILED,
    state: "proceeding",
    effects: [],
  },
  {
    given: "Completed",
    before: [response(486)],
    when: "a 300-699 comes again",
    event: response(486),
    state: "completed",
    effects: ["send-ack"],
  },
  {
    given: "Completed",
    before: [response(486)],
    when: "a 2xx comes",
    event: response(200),
    state: "completed",
    effects: [],
  },
  {
    given: "Completed",
    before: [response(486)],
    when: "a 1xx comes",
    event: response(180),
    state: "completed",
    effects: [],
  },
  {
    given: "Completed",
    before: [response(486)],
    when: "timer D fires",
    event: timer("d"),
    state: "terminated",
    effects: ["stop-timers", "ended done"],
  },
  {
    given: "Completed",
    before: [response(486)],
    when: "the transport fails",
    event: FAILED,
    state: "terminated",
    effects: ["stop-timers", "ended done"],
  },
  {
    given: "Accepted",
    before: [response(200)],
    when: "a 2xx comes",
    event: response(200),
    state: "accepted",
    effects: ["deliver-response"],
  },
  {
    given: "Accepted",
    before: [response(200)],
    when: "a 1xx comes",
    event: response(180),
    state: "accepted",
    effects: [],
  },
  {
    given: "Accepted",
    before: [response(200)],
    when: "a 486 comes",
    event: response(486),
    state: "accepted",
    effects: [],
  },
  {
    given: "Accepted",
    before: [response(200)],
    when: "the transport fails",
    event: FAILED,
    state: "accepted",
    effects: [],
  },
  {
    given: "Accepted",
    before: [response(200)],
    when: "timer M fires",
    event: timer("m"),
    state: "terminated",
    effects: ["stop-timers", "ended done"],
  },
  {
    given: "Calling over a reliable transport",
    reliable: true,
    when: "a 300-699 comes",
    event: response(404),
    state: "completed",
    effects: ["stop-timers", "send-ack", "start-timer d 0", "deliver-response"],
  },
  {
    given: "Calling over a reliable transport",
    reliable: true,
    when: "timer A fires",
    event: timer("a"),
    state: "calling",
    effects: [],
  },
  {
    given: "Calling over a reliable transport",
    reliable: true,
    when: "a 2xx comes",
    event: response(200),
    state: "accepted",
    effects: ["stop-timers", "start-timer m 32000", "deliver-response"],
  },
];

describe("INVITE client transaction", () => {
  it("given an unreliable transport, when it starts, then the request goes out with timers A and B", () => {
    const { tx, effects } = startInviteClient(false, TIMERS);
    assert.equal(tx.state, "calling");
    assert.deepEqual(namesOf(effects), ["send-request", "start-timer a 500", "start-timer b 32000"]);
  });
  it("given a reliable transport, when it starts, then there is no timer A", () => {
    assert.deepEqual(namesOf(startInviteClient(true, TIMERS).effects), ["send-request", "start-timer b 32000"]);
  });
  it("given a short T1, when it completes, then timer D is still 32 s", () => {
    const { tx } = startInviteClient(false, { ...TIMERS, t1Ms: 50 });
    assert.ok(namesOf(stepInviteClient(tx, response(404)).effects).includes("start-timer d 32000"));
  });

  for (const { given, reliable = false, before = [], when, event, state, effects } of ARCS) {
    it(`given ${given}, when ${when}, then it is ${state} (${effects.join(", ") || "nothing"})`, () => {
      const { tx } = walk(startInviteClient(reliable, TIMERS).tx, stepInviteClient, before);
      const last = stepInviteClient(tx, event);
      assert.equal(last.tx.state, state);
      assert.deepEqual(namesOf(last.effects), effects);
    });
  }

  const anyEvent: fc.Arbitrary<InviteClientEvent> = fc.oneof(
    fc.constantFrom(100, 180, 183, 200, 202, 302, 404, 486, 603).map(response),
    fc.constantFrom("a" as const, "b" as const, "d" as const, "m" as const, "cancel" as const).map(timer),
    fc.constantFrom(FAILED, CANCEL_SENT),
  );
  const walks = fc.tuple(fc.boolean(), fc.array(anyEvent, { maxLength: 40 }));

  it("given any order of events, when terminated, then nothing has an effect any more", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        for (const { before, after, effects } of trace(
          startInviteClient(reliable, TIMERS).tx,
          stepInviteClient,
          events,
        )) {
          if (before.state !== "terminated") continue;
          assert.equal(after, before);
          assert.deepEqual(effects, []);
        }
      }),
    );
  });
  it("given any order of events, when a final response has been delivered, then no other final than 2xx follows, and no failure", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        let final = 0;
        for (const { event, effects } of trace(startInviteClient(reliable, TIMERS).tx, stepInviteClient, events)) {
          const names = namesOf(effects);
          const isSecond = final > 0 && names.includes("deliver-response");
          if (isSecond) {
            assert.ok(event.type === "response" && event.status >= 200 && event.status < 300);
            assert.ok(final >= 200 && final < 300);
          }
          if (final > 0) assert.ok(!names.includes("ended timeout") && !names.includes("ended transport-failed"));
          if (names.includes("deliver-response") && event.type === "response" && event.status >= 200)
            final = event.status;
        }
      }),
    );
  });
  it("given any order of events, when the transport is reliable, then the request goes out once and timer A never starts", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const start = startInviteClient(true, TIMERS);
        const steps = trace(start.tx, stepInviteClient, events);
        const names = [...namesOf(start.effects), ...steps.flatMap(({ effects }) => namesOf(effects))];
        assert.equal(names.filter((name) => name === "send-request").length, 1);
        assert.ok(!names.some((name) => name.startsWith("start-timer a")));
      }),
    );
  });
  it("given any order of events, when an ACK goes out, then a failure response has just come", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        for (const { event, effects } of trace(startInviteClient(reliable, TIMERS).tx, stepInviteClient, events)) {
          if (!namesOf(effects).includes("send-ack")) continue;
          assert.ok(event.type === "response" && event.status >= 300);
        }
      }),
    );
  });
});
