import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type NonInviteServerEvent,
  type NonInviteServerTransaction,
  startNonInviteServer,
  stepNonInviteServer,
} from "../../../../src/sip/transaction/non-invite-server-transaction.ts";
import { namesOf, TIMERS, trace, walk } from "./machine-walk.ts";

const response = (status: number): NonInviteServerEvent => ({ type: "response", status, text: `SIP/2.0 ${status}` });
const AGAIN: NonInviteServerEvent = { type: "request-retransmitted" };
const TIMER_J: NonInviteServerEvent = { type: "timer", timer: "j" };
const UNANSWERED: NonInviteServerEvent = { type: "timer", timer: "unanswered" };
const FAILED: NonInviteServerEvent = { type: "transport-failed" };

interface Arc {
  readonly given: string;
  readonly reliable?: boolean;
  readonly before?: readonly NonInviteServerEvent[];
  readonly when: string;
  readonly event: NonInviteServerEvent;
  readonly state: NonInviteServerTransaction["state"];
  readonly effects: readonly string[];
}

const PROCEEDING = [response(183)];
const COMPLETED = [response(200)];
const SEND = ["send-response"];
const SEND_FINAL = ["send-response", "start-timer j 32000"];
const FAILURE = ["ended transport-failed"];

const ARCS: readonly Arc[] = [
  { given: "Trying", when: "the request comes again", event: AGAIN, state: "trying", effects: [] },
  { given: "Trying", when: "the user sends a 1xx", event: response(100), state: "proceeding", effects: SEND },
  { given: "Trying", when: "the user sends a 200-699", event: response(404), state: "completed", effects: SEND_FINAL },
  { given: "Trying", when: "the transport fails", event: FAILED, state: "terminated", effects: FAILURE },
  { given: "Trying", when: "timer J fires", event: TIMER_J, state: "trying", effects: [] },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "the request comes again",
    event: AGAIN,
    state: "proceeding",
    effects: SEND,
  },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "the user sends a 1xx",
    event: response(100),
    state: "proceeding",
    effects: SEND,
  },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "the user sends a 200-699",
    event: response(200),
    state: "completed",
    effects: SEND_FINAL,
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
    given: "Completed",
    before: COMPLETED,
    when: "the request comes again",
    event: AGAIN,
    state: "completed",
    effects: SEND,
  },
  {
    given: "Completed",
    before: COMPLETED,
    when: "the user sends another final",
    event: response(500),
    state: "completed",
    effects: [],
  },
  {
    given: "Completed",
    before: COMPLETED,
    when: "the user sends a 1xx",
    event: response(100),
    state: "completed",
    effects: [],
  },
  {
    given: "Completed",
    before: COMPLETED,
    when: "the transport fails",
    event: FAILED,
    state: "terminated",
    effects: FAILURE,
  },
  {
    given: "Completed",
    before: COMPLETED,
    when: "timer J fires",
    event: TIMER_J,
    state: "terminated",
    effects: ["ended done"],
  },
  {
    given: "Trying",
    when: "64*T1 pass unanswered",
    event: UNANSWERED,
    state: "terminated",
    effects: ["ended unanswered"],
  },
  {
    given: "Proceeding",
    before: PROCEEDING,
    when: "64*T1 pass unanswered",
    event: UNANSWERED,
    state: "terminated",
    effects: ["ended unanswered"],
  },
  {
    given: "Completed",
    before: COMPLETED,
    when: "that time is over",
    event: UNANSWERED,
    state: "completed",
    effects: [],
  },
  {
    given: "Trying over a reliable transport",
    reliable: true,
    when: "the user sends a 200-699",
    event: response(200),
    state: "completed",
    effects: ["send-response", "start-timer j 0"],
  },
];

describe("non-INVITE server transaction", () => {
  it("given a new request, when it starts, then it is Trying without a response", () => {
    const { tx, effects } = startNonInviteServer(false, TIMERS);
    assert.deepEqual([tx.state, tx.lastResponse], ["trying", undefined]);
    assert.deepEqual(namesOf(effects), ["start-timer unanswered 32000"]);
  });

  for (const { given, reliable = false, before = [], when, event, state, effects } of ARCS) {
    it(`given ${given}, when ${when}, then it is ${state} (${effects.join(", ") || "nothing"})`, () => {
      const { tx } = walk(startNonInviteServer(reliable, TIMERS).tx, stepNonInviteServer, before);
      const last = stepNonInviteServer(tx, event);
      assert.equal(last.tx.state, state);
      assert.deepEqual(namesOf(last.effects), effects);
    });
  }

  const anyEvent: fc.Arbitrary<NonInviteServerEvent> = fc.oneof(
    fc.constantFrom(100, 183, 200, 302, 404, 500, 603).map(response),
    fc.constantFrom(AGAIN, TIMER_J, UNANSWERED, FAILED),
  );
  const walks = fc.tuple(fc.boolean(), fc.array(anyEvent, { maxLength: 40 }));

  it("given any order of events, when terminated, then nothing has an effect any more", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        const steps = trace(startNonInviteServer(reliable, TIMERS).tx, stepNonInviteServer, events);
        for (const { before, after, effects } of steps) {
          if (before.state !== "terminated") continue;
          assert.equal(after, before);
          assert.deepEqual(effects, []);
        }
      }),
    );
  });
  it("given any order of events, when a final response has gone out, then only that goes out again, because it was asked for", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        let final: string | undefined;
        for (const { event, effects } of trace(
          startNonInviteServer(reliable, TIMERS).tx,
          stepNonInviteServer,
          events,
        )) {
          for (const effect of effects) {
            if (effect.type !== "send-response") continue;
            if (final !== undefined) {
              assert.equal(effect.text, final);
              assert.equal(event.type, "request-retransmitted");
            }
            if (Number(effect.text.slice(8)) >= 200) final = effect.text;
          }
        }
      }),
    );
  });
  it("given any order of events, when timer J starts, then it does so once", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        const steps = trace(startNonInviteServer(reliable, TIMERS).tx, stepNonInviteServer, events);
        const starts = steps.flatMap(({ effects }) => effects).filter(({ type }) => type === "start-timer");
        assert.ok(starts.length <= 1);
      }),
    );
  });
});
