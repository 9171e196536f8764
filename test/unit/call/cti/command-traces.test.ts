import assert from "node:assert/strict";
import type { CtiCommandRequest, CtiSignal, PlacedSignal } from "../../../../src/signals/index.ts";
import { CtiReader } from "../../../support/cti-reader.ts";
import { SignalStory, signalsTo } from "../../../support/signal-story.ts";
import { failed, hangsUp, originated, ring, rung, talk } from "../../../support/story-calls.ts";
import { phoneLeg } from "../../../support/call-story.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const OTHER = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
const HOLD = { type: "hold", device: "a-phone", callId: "c1" } as const;
const TRANSFER = { type: "transfer", device: "a-phone", callId: "c1", to: "C" } as const;
const REDIRECT = { type: "redirect", device: "b-phone", callId: "c1", to: "C" } as const;

describe("trace contexts of commands", () => {
  let story: SignalStory;
  let reader: CtiReader;
  beforeEach(() => {
    story = new SignalStory();
    reader = story.observe();
  });

  /** The shell does a command; `done` ends it. */
  function command(
    asked: Extract<CtiCommandRequest["command"], { type: "hold" | "transfer" | "redirect" }>,
    traceparent?: string,
  ): { readonly done: () => Promise<void> } {
    let resolve: () => void = () => undefined;
    const result = new Promise<void>((settle) => (resolve = settle));
    const request = { command: asked, ...(traceparent === undefined ? {} : { traceparent }) };
    const running = story.traces.during(
      request,
      () => [`call ${asked.callId}`],
      () => {
        story.calls.tell({ type: "command", commandId: asked.type, command: asked });
        return result;
      },
    );
    return {
      done: () => {
        resolve();
        return running;
      },
    };
  }

  const contexts = async (): Promise<readonly (string | undefined)[]> =>
    (await signalsTo(reader)).map(({ signal }) => signal.traceparent);

  it("given a command with a trace context, when it is done at once, then its signal has it, and no other one has", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    assert.deepEqual(await contexts(), [undefined, undefined, undefined, undefined]);
    await command(HOLD, TRACE).done();
    assert.deepEqual(await contexts(), [TRACE]);
    story.calls.tell(...hangsUp(story.calls, "leg-A"));
    assert.deepEqual(await contexts(), [undefined]);
    assert.equal(story.traces.isIdle, true);
  });

  it("given a command without one, when it is done, then its signal is as long as ever", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    await signalsTo(reader);
    await command(HOLD).done();
    const [held] = await signalsTo(reader);
    assert.deepEqual(Object.keys(held?.signal ?? {}), ["kind", "call", "changes"]);
  });

  it("given a transfer that waits for an answer, when that comes, then it is told with that until it is done, and then without", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    const transfer = command(TRANSFER, TRACE);
    const { sessionId } = originated(story.calls);
    await signalsTo(reader);
    story.calls.tell(...rung(sessionId, "C"));
    assert.deepEqual(await contexts(), [TRACE, TRACE]);
    story.calls.tell({ type: "answered", sessionId, leg: phoneLeg("C") });
    await transfer.done();
    assert.deepEqual(new Set(await contexts()), new Set([TRACE]));
    story.calls.tell(...hangsUp(story.calls, "leg-C"));
    assert.deepEqual(new Set(await contexts()), new Set([undefined]));
  });

  it("given a transfer that waits, when a party holds or hangs up meanwhile, then that is told without; when the number is busy, with", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    const transfer = command(TRANSFER, TRACE);
    const { sessionId } = originated(story.calls);
    story.calls.tell(...rung(sessionId, "C"));
    await signalsTo(reader);
    story.calls.tell({ type: "held", legId: "leg-B", isHolding: true });
    assert.deepEqual(await contexts(), [undefined]);
    story.calls.tell(failed(sessionId, 486, 17));
    assert.deepEqual(await contexts(), [TRACE]);
    story.calls.tell(...hangsUp(story.calls, "leg-B"));
    assert.deepEqual(new Set(await contexts()), new Set([undefined]));
    await transfer.done();
  });

  it("given a redirect that waits, when another command touches the call, then that is told as the other one's, or as nobody's", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    const redirect = command(REDIRECT, TRACE);
    await signalsTo(reader);
    const held = command(HOLD, OTHER);
    assert.deepEqual(await contexts(), [OTHER]);
    await held.done();
    const again = command({ ...HOLD, device: "b-phone" });
    assert.deepEqual(await contexts(), [undefined]);
    await again.done();
    story.calls.tell(...rung(originated(story.calls).sessionId, "C"));
    assert.deepEqual(new Set(await contexts()), new Set([TRACE]));
    await redirect.done();
    assert.equal(story.traces.isIdle, true);
  });

  it("given commands for a call, when another one is made and ended, then that is told without", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    const redirect = command(REDIRECT, TRACE);
    await signalsTo(reader);
    ring(story.calls, "c2", ["D", "E"]);
    story.calls.tell(...hangsUp(story.calls, "leg-D"));
    assert.deepEqual(new Set(await contexts()), new Set([undefined]));
    await redirect.done();
  });

  it("given a command that fails in the switch itself, when it does, then nothing is left of it", async () => {
    const failing = story.traces.during(
      { command: HOLD, traceparent: TRACE },
      () => ["call c1"],
      () => {
        throw new Error("defect");
      },
    );
    await assert.rejects(failing, /defect/);
    assert.equal(story.traces.isIdle, true);
  });

  it("given signals with one that a CTIManager has not acknowledged, when the process has died, then the next one tells them as they were", async () => {
    talk(story.calls, "c1", ["A", "B"]);
    await command(HOLD, TRACE).done();
    const told = await signalsTo(reader);
    const { epoch } = story.feed.snapshot("node-1/ctimanager");
    const next = new SignalStory({ store: story.store });
    next.feed.restore();
    const again = new CtiReader();
    assert.equal(next.resume({ epoch, position: 0 }, again).isResumed, true);
    const replayed: readonly PlacedSignal[] = await signalsTo(again);
    assert.deepEqual(replayed.slice(0, told.length), told);
    assert.equal(replayed[told.length - 1]?.signal.traceparent, TRACE);
  });

  describe("of signals that are of no step", () => {
    const device = { kind: "device", device: { name: "a-phone" } } as CtiSignal;
    const line = { kind: "line", line: { name: "1001@internal" } } as CtiSignal;
    const digits = { kind: "digits", callId: "c1", device: "port", digits: "1" } as const;
    const media = { kind: "media", media: { callId: "c1", device: "port", moment: "started" } } as const;
    const abandoned = { kind: "route", moment: "end", route: { callId: "c1", ended: "abandoned" } } as CtiSignal;
    const attempt = { kind: "route", moment: "attempt", route: { callId: "c1" } } as CtiSignal;

    const during = async (
      type: "hold" | "send-digits",
      objects: readonly string[],
      look: () => void,
    ): Promise<void> => {
      const request = { command: { type } as CtiCommandRequest["command"], traceparent: TRACE };
      let resolve: () => void = () => undefined;
      const done = story.traces.during(
        request,
        () => objects,
        () => new Promise<void>((settle) => (resolve = settle)),
      );
      look();
      resolve();
      await done;
    };
    const of = (...signals: readonly CtiSignal[]): (string | undefined)[] =>
      signals.map((signal) => story.traces.ofSignal(signal));

    it("given a setting that is changed, when its object is told of, then it is told with that, and others are not", async () => {
      await during("hold", ["line 1001@internal"], () => assert.deepEqual(of(line, device), [TRACE, undefined]));
      await during("hold", ["device a-phone"], () => assert.deepEqual(of(line, device), [undefined, TRACE]));
      assert.deepEqual(of(line, device), [undefined, undefined]);
    });

    it("given a command for a call, when its media and routes are told of, then with that, but not keys that others press or calls that are abandoned", async () => {
      await during("hold", ["call c1"], () =>
        assert.deepEqual(of(media, attempt, abandoned, digits), [TRACE, TRACE, undefined, undefined]),
      );
      await during("send-digits", ["call c1"], () => assert.deepEqual(of(digits), [TRACE]));
    });
  });
});
