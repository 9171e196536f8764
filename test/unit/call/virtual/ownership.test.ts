import assert from "node:assert/strict";
import {
  isOwnership,
  stepOwnership,
  type Ownership,
  type OwnershipStep,
} from "../../../../src/call/virtual/ownership.ts";
import type { CtiDeviceRequest, MediaRegistration } from "../../../../src/signals/index.ts";

const NONE: MediaRegistration = { mode: "none" };
const DYNAMIC: MediaRegistration = { mode: "dynamic", codecs: ["PCMA", "PCMU"] };
const STATIC: MediaRegistration = { mode: "static", address: "192.0.2.1", port: 4_000, codecs: ["PCMA"] };

const own = (fence: number, session: string, media: MediaRegistration = NONE): CtiDeviceRequest => ({
  type: "own",
  device: "port",
  fence,
  media,
  routes: false,
  session,
});
const say = (type: "disown" | "failed" | "lost", fence: number): CtiDeviceRequest => ({ type, device: "port", fence });

function after(...requests: readonly CtiDeviceRequest[]): OwnershipStep {
  let ownership: Ownership | undefined;
  let step: OwnershipStep = { ok: true, ownership, effects: [] };
  for (const request of requests) {
    step = stepOwnership(ownership, request);
    if (step.ok) ownership = step.ownership;
  }
  return step;
}

const failureOf = (step: OwnershipStep): string => (step.ok ? (step.ownership?.state ?? "nobody") : step.failure);

function inSwitch(prompt: string | undefined): MediaRegistration {
  return { mode: "switch", ...(prompt === undefined ? {} : { prompt }) };
}

describe("who owns a device of an application", () => {
  it("given an owner, when one of before says something, then it is fenced, whatever it says", () => {
    for (const late of [own(1, "first"), say("failed", 1), say("lost", 1), say("disown", 1)]) {
      assert.equal(failureOf(after(own(1, "first"), own(2, "second"), late)), "fenced");
    }
    assert.equal(failureOf(after(own(2, "second"), say("disown", 2), own(1, "first"))), "fenced");
  });

  it("given an owner that has its calls accepted, when another one owns the device, then that is its own choice", () => {
    const accepting = { ...own(1, "first"), autoAccept: true } as CtiDeviceRequest;
    const acceptingOf = (...requests: readonly CtiDeviceRequest[]): true | undefined => {
      const step = after(...requests);
      return step.ok ? step.ownership?.autoAccept : assert.fail();
    };
    assert.equal(acceptingOf(accepting), true);
    assert.equal(acceptingOf(accepting, own(2, "second")), undefined);
    assert.equal(acceptingOf(accepting, own(1, "first")), undefined, "it has thought better of it");
    assert.equal(acceptingOf({ ...own(1, "first"), autoAccept: false } as CtiDeviceRequest), undefined);
  });

  it("given an owner with whatever media, when another one has a higher fence, then that owns it", () => {
    for (const media of [NONE, DYNAMIC, STATIC]) {
      assert.equal(failureOf(after(own(1, "first", STATIC), own(2, "second", media))), "owned");
    }
  });

  it("given a second application with the same fence, when it registers the same, then both may, but for a static address", () => {
    assert.equal(failureOf(after(own(1, "first"), own(1, "second"))), "owned");
    assert.equal(failureOf(after(own(1, "first", DYNAMIC), own(1, "second", DYNAMIC))), "owned");
    assert.equal(failureOf(after(own(1, "first", STATIC), own(1, "second", STATIC))), "device-owned");
    assert.equal(failureOf(after(own(1, "first", DYNAMIC), own(1, "second", STATIC))), "device-owned");
    assert.equal(failureOf(after(own(1, "first", DYNAMIC), own(1, "second", NONE))), "media-mode");
    const others: MediaRegistration = { mode: "dynamic", codecs: ["G729"] };
    assert.equal(failureOf(after(own(1, "first", DYNAMIC), own(1, "second", others))), "media-mode");
    const [silent, alsoSilent, music] = [undefined, "silence", "music"].map(inSwitch);
    assert.equal(failureOf(after(own(1, "first", silent), own(1, "second", alsoSilent))), "owned");
    assert.equal(failureOf(after(own(1, "first", silent), own(1, "second", music))), "media-mode");
    assert.equal(failureOf(after(own(1, "first", STATIC), own(1, "first", DYNAMIC))), "owned");
    assert.equal(failureOf(after(own(1, "first", STATIC), say("failed", 1), own(1, "second", STATIC))), "owned");
  });

  it("given an owner that fails and is lost, when that is said more than once, then its calls are treated once", () => {
    const effectsOf = (...requests: readonly CtiDeviceRequest[]): readonly string[] => {
      const step = after(...requests);
      return step.ok ? step.effects : [];
    };
    assert.deepEqual(effectsOf(own(1, "first"), say("failed", 1)), ["forward-pending"]);
    assert.deepEqual(effectsOf(own(1, "first"), say("failed", 1), say("failed", 1)), []);
    const lost = [own(1, "first"), say("failed", 1), say("lost", 1)] as const;
    assert.deepEqual(effectsOf(...lost), ["forward-pending", "treat-established"]);
    assert.deepEqual(effectsOf(...lost, say("lost", 1)), []);
    assert.deepEqual(effectsOf(own(1, "first"), say("disown", 1)), ["forward-pending", "treat-established"]);
  });

  it("given a device that nobody has opened, when somebody says that its owner has failed, then nothing changes", () => {
    assert.equal(failureOf(after(say("failed", 3))), "nobody");
    assert.equal(failureOf(after(own(1, "first"), say("failed", 2))), "owned");
  });

  it("given what stands in a journal, when it is no ownership, then it is known as such", () => {
    const owned = after(own(1, "first"));
    assert.ok(owned.ok && isOwnership(JSON.parse(JSON.stringify(owned.ownership))));
    for (const other of [
      undefined,
      null,
      3,
      {},
      { device: "port", fence: 1, session: "s", media: {}, state: "else" },
    ]) {
      assert.equal(isOwnership(other), false);
    }
  });
});
