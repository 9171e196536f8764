import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type InviteServerEvent,
  type InviteServerTransaction,
  startInviteServer,
  stepInviteServer,
} from "../../../../src/sip/transaction/invite-server-transaction.ts";
import { namesOf, TIMERS, trace, walk } from "./machine-walk.ts";

const response = (status: number): InviteServerEvent => ({ type: "response", status, text: `SIP/2.0 ${status}` });
const timer = (name: "g" | "h" | "i" | "l" | "unanswered"): InviteServerEvent => ({ type: "timer", timer: name });
const AGAIN: InviteServerEvent = { type: "request-retransmitted" };
const ACK: InviteServerEvent = { type: "ack" };
const FAILED: InviteServerEvent = { type: "transport-failed" };

interface Arc {
  readonly given: string;
  readonly reliable?: boolean;
  readonly before?: readonly InviteServerEvent[];
  readonly when: string;
  readonly event: InviteServerEvent;
  readonly state: InviteServerTransaction["state"];
  readonly effects: readonly string[];
}

const REFUSED = [response(486)];
const ACCEPTED = [response(200)];
const CONFIRMED = [response(486), ACK];

const ARCS: readonly Arc[] = [
  {
    given: "Proceeding without a response",
    when: "the INVITE comes again",
    event: AGAIN,
    state: "proceeding",
    effects: [],
  },
  {
    given: "Proceeding with a provisional response",
    before: [response(100), response(180)],
    when: "the INVITE comes again",
    event: AGAIN,
    state: "proceeding",
    effects: ["send-response"],
  },
  {
    given: "Proceeding",
    when: "the user sends a 1xx",
    event: response(180),
    state: "proceeding",
    effects: ["send-response", "start-timer unanswered 600000"],
  },
  {
    given: "Proceeding",
    when: "the user sends a 2xx",
    event: response(200),
    state: "accepted",
    effects: ["send-response", "start-timer l 32000"],
  },
  {
    given: "Proceeding",
    when: "the user sends a 300-699",
    event: response(486),
    state: "completed",
    effects: ["send-response", "start-timer g 500", "start-timer h 32000"],
  },
  {
    given: "Proceeding",
    when: "the transport fails",
    event: FAILED,
    state: "proceeding",
    effects: ["tell-transport-failed"],
  },
  { given: "Proceeding", when: "an ACK comes", event: ACK, state: "proceeding", effects: [] },
  {
    given: "Completed",
    before: REFUSED,
    when: "the INVITE comes again",
    event: AGAIN,
    state: "completed",
    effects: ["send-response"],
  },
  {
    given: "Completed",
    before: REFUSED,
    when: "timer G fires",
    event: timer("g"),
    state: "completed",
    effects: ["send-response", "start-timer g 1000"],
  },
  {
    given: "Completed after many retransmissions",
    before: [...REFUSED, timer("g"), timer("g"), timer("g"), timer("g")],
    when: "timer G fires",
    event: timer("g"),
    state: "completed",
    effects: ["send-response", "start-timer g 4000"],
  },
  {
    given: "Completed",
    before: REFUSED,
    when: "the ACK comes",
    event: ACK,
    state: "confirmed",
    effects: ["stop-timers", "start-timer i 5000"],
  },
  {
    given: "Completed",
    before: REFUSED,
    when: "timer H fires",
    event: timer("h"),
    state: "terminated",
    effects: ["stop-timers", "ended timeout"],
  },
  {
    given: "Completed",
    before: REFUSED,
    when: "the transport fails",
    event: FAILED,
    state: "completed",
    effects: ["tell-transport-failed"],
  },
  {
    given: "Completed",
    before: REFUSED,
    when: "the user sends another final",
    event: response(200),
    state: "completed",
    effects: [],
  },
  { given: "Confirmed", before: CONFIRMED, when: "the ACK comes again", event: ACK, state: "confirmed", effects: [] },
  {
    given: "Confirmed",
    before: CONFIRMED,
    when: "the INVITE comes again",
    event: AGAIN,
    state: "confirmed",
    effects: [],
  },
  { given: "Confirmed", before: CONFIRMED, when: "timer G fires", event: timer("g"), state: "confirmed", effects: [] },
  {
    given: "Confirmed",
    before: CONFIRMED,
    when: "timer I fires",
    event: timer("i"),
    state: "terminated",
    effects: ["stop-timers", "ended done"],
  },
  { given: "Accepted", before: ACCEPTED, when: "the INVITE comes again", event: AGAIN, state: "accepted", effects: [] },
  {
    given: "Accepted",
    before: ACCEPTED,
    when: "an ACK comes",
    event: ACK,
    state: "accepted",
    effects: ["deliver-ack"],
  },
  {
    given: "Accepted",
    before: ACCEPTED,
    when: "the user sends a 2xx",
    event: response(200),
    state: "accepted",
    effects: ["send-response"],
  },
  {
    given: "Accepted",
    before: ACCEPTED,
    when: "the user sends a 486",
    event: response(486),
    state: "accepted",
    effects: [],
  },
  {
    given: "Accepted",
    before: ACCEPTED,
    when: "the transport fails",
    event: FAILED,
    state: "accepted",
    effects: ["tell-transport-failed"],
  },
  {
    given: "Proceeding",
    when: "the user has said nothing for ten minutes",
    event: timer("unanswered"),
    state: "terminated",
    effects: ["stop-timers", "ended unanswered"],
  },
  {
    given: "Accepted",
    before: ACCEPTED,
    when: "that time is over",
    event: timer("unanswered"),
    state: "accepted",
    effects: [],
  },
  {
    given: "Accepted",
    before: ACCEPTED,
    when: "timer L fires",
    event: timer("l"),
    state: "terminated",
    effects: ["stop-timers", "ended done"],
  },
  {
    given: "Proceeding over a reliable transport",
    reliable: true,
    when: "the user sends a 300-699",
    event: response(404),
    state: "completed",
    effects: ["send-response", "start-timer h 32000"],
  },
  {
    given: "Completed over a reliable transport",
    reliable: true,
    before: REFUSED,
    when: "the ACK comes",
    event: ACK,
    state: "confirmed",
    effects: ["stop-timers", "start-timer i 0"],
  },
];

describe("INVITE server transaction", () => {
  it("given a new INVITE, when it starts, then it is Proceeding without a response", () => {
    const { tx, effects } = startInviteServer(false, TIMERS);
    assert.deepEqual([tx.state, tx.lastResponse], ["proceeding", undefined]);
    assert.deepEqual(namesOf(effects), ["start-timer unanswered 600000"]);
  });

  for (const { given, reliable = false, before = [], when, event, state, effects } of ARCS) {
    it(`given ${given}, when ${when}, then it is ${state} (${effects.join(", ") || "nothing"})`, () => {
      const { tx } = walk(startInviteServer(reliable, TIMERS).tx, stepInviteServer, before);
      const last = stepInviteServer(tx, event);
      assert.equal(last.tx.state, state);
      assert.deepEqual(namesOf(last.effects), effects);
    });
  }

  const anyEvent: fc.Arbitrary<InviteServerEvent> = fc.oneof(
    fc.constantFrom(100, 180, 183, 200, 302, 404, 486, 603).map(response),
    fc.constantFrom("g" as const, "h" as const, "i" as const, "l" as const, "unanswered" as const).map(timer),
    fc.constantFrom(AGAIN, ACK, FAILED),
  );
  const walks = fc.tuple(fc.boolean(), fc.array(anyEvent, { maxLength: 40 }));

  it("given any order of events, when terminated, then nothing has an effect any more", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        for (const { before, after, effects } of trace(
          startInviteServer(reliable, TIMERS).tx,
          stepInviteServer,
          events,
        )) {
          if (before.state !== "terminated") continue;
          assert.equal(after, before);
          assert.deepEqual(effects, []);
        }
      }),
    );
  });
  it("given any order of events, when a final response has gone out, then no other one does, save a 2xx after a 2xx", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        let final = 0;
        for (const { effects } of trace(startInviteServer(reliable, TIMERS).tx, stepInviteServer, events)) {
          for (const effect of effects) {
            if (effect.type !== "send-response") continue;
            const status = Number(effect.text.slice(8));
            if (final > 0) assert.equal(status, final);
            if (status >= 200) final = status;
          }
        }
      }),
    );
  });
  it("given any order of events, when the transport is reliable, then timer G never starts", () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const steps = trace(startInviteServer(true, TIMERS).tx, stepInviteServer, events);
        assert.ok(!steps.flatMap(({ effects }) => namesOf(effects)).some((name) => name.startsWith("start-timer g")));
      }),
    );
  });
  it("given any order of events, when the ACK to a failure has come, then nothing is sent any more and no text is kept", () => {
    fc.assert(
      fc.property(walks, ([reliable, events]) => {
        for (const { before, effects } of trace(startInviteServer(reliable, TIMERS).tx, stepInviteServer, events)) {
          if (before.state !== "confirmed" && before.state !== "accepted" && before.state !== "terminated") continue;
          assert.equal(before.lastResponse, undefined);
          if (before.state !== "accepted") assert.ok(!namesOf(effects).includes("send-response"));
        }
      }),
    );
  });
});
