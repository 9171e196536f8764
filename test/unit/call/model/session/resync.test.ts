import assert from "node:assert/strict";
import type { SessionEffect } from "../../../../../src/call/model/index.ts";
import { CallWorld } from "./session-world.ts";

const sdp = (port: number): string => `v=0\r\no=- 1 ${port} IN IP4 192.0.2.1\r\ns=-\r\nm=audio ${port} RTP/AVP 8\r\n`;

/** The last effects, by type and side. */
function names(effects: readonly SessionEffect[]): string[] {
  return effects.map((effect) => ("side" in effect ? `${effect.type} ${effect.side}` : effect.type));
}

function established(kind: "branches" | "endpoint" = "branches"): CallWorld {
  const world = new CallWorld();
  if (kind === "endpoint") {
    world.send({ type: "offered", sdp: sdp(4_000), route: { kind } });
  } else {
    world.send({ type: "offered", sdp: sdp(4_000), route: { kind, groups: [{ branchIds: ["a"], ringMs: 1_000 }] } });
    done(world, sdp(20_000));
    world.branches.set("a", "answered");
    world.send({ type: "branch-answered", branchId: "a", sdp: sdp(5_000) });
  }
  done(world, sdp(20_002));
  world.callerAcked = true;
  world.send({ type: "acked", side: "caller", sdp: undefined });
  assert.equal(world.call.negotiation, undefined);
  return world;
}

function done(world: CallWorld, text: string): SessionEffect[] {
  const ticket = world.media.shift();
  assert.ok(ticket !== undefined, "nothing asked of the relay");
  return world.send({ type: "media-done", ticket, sdp: text });
}

function failed(world: CallWorld, status: number): SessionEffect[] {
  const ticket = world.media.shift();
  assert.ok(ticket !== undefined);
  return world.send({ type: "media-failed", ticket, status });
}

function answer(world: CallWorld, status: number, text?: string): SessionEffect[] {
  const [ticket, request] = [...world.requests][0] ?? [];
  assert.ok(ticket !== undefined && request !== undefined, "nothing asked of a party");
  world.requests.delete(ticket);
  if (status >= 300) return world.send({ type: "request-failed", ticket, status });
  if (request.method === "INVITE") world.unacknowledged.set(request.side, 1);
  return world.send({ type: "request-answered", ticket, status, sdp: text });
}

describe("resync of a call", () => {
  it("given a relay that lost the session and gives other ports, when it has both descriptions, then callee and caller are asked in turn", () => {
    const world = established();
    assert.deepEqual(names(world.send({ type: "media-lost" })), ["persist", "media"]);
    done(world, sdp(30_000));
    assert.deepEqual(names(done(world, sdp(30_002))), ["request callee"]);
    assert.deepEqual(names(answer(world, 200, sdp(5_001))), ["ack callee", "media"]);
    assert.deepEqual(names(done(world, sdp(30_002))), ["request caller"]);
    assert.deepEqual(names(answer(world, 200, sdp(4_001))), ["ack caller", "media", "media", "persist"]);
    assert.equal(world.call.caller.localSdp, sdp(30_002));
    assert.equal(world.call.callee.localSdp, sdp(30_000));
    assert.equal(world.call.needsResync, "no");
  });

  it("given a relay that gives the same as before, when it has both descriptions, then nobody is asked", () => {
    const world = established();
    world.send({ type: "media-lost" });
    done(world, sdp(20_000).replace("1 20000", "1 77"));
    assert.deepEqual(names(done(world, sdp(20_002))), ["persist"]);
    assert.equal(world.call.negotiation, undefined);
  });

  it("given a callee whose answer takes nothing of the caller's offer, when the relay refuses it, then both are put back to what they had said before", () => {
    const world = established();
    const before = world.call.callee.remoteSdp;
    world.transactions.set("change", { side: "caller", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "caller", transaction: "change", sdp: sdp(4_100) });
    done(world, sdp(20_000));
    answer(world, 200, sdp(5_100));
    assert.equal(world.call.callee.remoteSdp, sdp(5_100));
    assert.deepEqual(names(failed(world, 488)), ["respond", "persist", "persist", "media"]);
    assert.equal(world.transactions.get("change")?.status, 488);
    assert.deepEqual([world.call.callee.remoteSdp, world.call.callee.localSdp], [before, sdp(20_000)]);
    assert.equal(world.call.needsResync, "always");
  });

  for (const [what, status, wait] of [
    ["is busy with an offer of its own", 491, { delayMs: 2_100, spreadMs: 1_900 }],
    ["has not connected again yet", 503, { delayMs: 2_500 }],
  ] as const) {
    it(`given a party that ${what}, when it is asked, then it is asked again for a minute, and the call ends when that does not help`, () => {
      const world = established();
      world.send({ type: "media-lost" });
      for (let attempt = 1; attempt <= 24; attempt += 1) {
        done(world, sdp(30_000));
        done(world, sdp(30_002));
        const effects = answer(world, status);
        if (attempt === 24) {
          assert.ok(names(effects).includes("ended"));
          continue;
        }
        assert.deepEqual(effects, [{ type: "start-timer", timer: "resync", ...wait }]);
        assert.deepEqual(world.send({ type: "media-lost" }), [], "waits for its time");
        world.timers.delete("resync");
        world.send({ type: "timer", timer: "resync" });
      }
    });
  }

  it("given a party that does not answer, when it is asked, then it is asked once more, and the call ends when its media is elsewhere now", () => {
    const world = established();
    world.send({ type: "media-lost" });
    done(world, sdp(30_000));
    done(world, sdp(30_002));
    assert.deepEqual(answer(world, 408), [{ type: "start-timer", timer: "resync", delayMs: 2_500 }]);
    world.timers.delete("resync");
    world.send({ type: "timer", timer: "resync" });
    done(world, sdp(30_000));
    done(world, sdp(30_002));
    assert.deepEqual(names(answer(world, 408)).slice(0, 2), ["bye caller", "bye callee"]);
  });

  it("given parties that do not answer what they have already, when they were asked twice, then the call is as it was", () => {
    const world = established();
    world.send({ type: "edge-lost" });
    world.send({ type: "edge-back", renew: true });
    done(world, sdp(20_000));
    done(world, sdp(20_002));
    answer(world, 408);
    world.timers.delete("resync");
    world.send({ type: "timer", timer: "resync" });
    done(world, sdp(20_000));
    done(world, sdp(20_002));
    assert.deepEqual(names(answer(world, 408)), ["media"]);
    assert.deepEqual(names(done(world, sdp(20_002))), ["request caller"]);
    assert.deepEqual(names(answer(world, 408)), ["persist"]);
    assert.equal(world.call.negotiation, undefined);
    assert.equal(world.call.needsResync, "no");
    assert.deepEqual([world.call.caller.remoteSdp, world.call.callee.remoteSdp], [sdp(4_000), sdp(5_000)]);
  });

  it("given a next attempt that is due while a party changes the session, when that has come to nothing, then both are asked", () => {
    const world = established();
    world.send({ type: "media-lost" });
    done(world, sdp(30_000));
    done(world, sdp(30_002));
    answer(world, 491);
    world.transactions.set("t", { side: "callee", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "callee", transaction: "t", sdp: sdp(5_001) });
    done(world, sdp(30_002));
    world.timers.delete("resync");
    assert.deepEqual(world.send({ type: "timer", timer: "resync" }), []);
    answer(world, 488);
    assert.equal(world.call.negotiation?.kind, "resync");
  });

  it("given a party that refuses for good, when it is asked, then the call ends", () => {
    const world = established();
    world.send({ type: "media-lost" });
    done(world, sdp(30_000));
    done(world, sdp(30_002));
    const effects = answer(world, 481);
    assert.deepEqual(names(effects).slice(0, 2), ["bye caller", "bye callee"]);
    assert.equal(world.closed, 1);
  });

  it("given a party that answers without SDP, when it is asked, then it is acknowledged and the call ends", () => {
    const world = established();
    world.send({ type: "media-lost" });
    done(world, sdp(30_000));
    done(world, sdp(30_002));
    assert.deepEqual(names(answer(world, 200)).slice(0, 3), ["ack callee", "bye caller", "bye callee"]);
  });

  it("given a relay that is away, when it is asked, then it is asked again later", () => {
    const world = established();
    world.send({ type: "media-lost" });
    assert.deepEqual(names(failed(world, 503)), ["start-timer"]);
  });

  it("given a service of the switch, when the relay lost the session and gives another port, then the caller is asked with the service's offer", () => {
    const world = established("endpoint");
    world.send({ type: "media-lost" });
    assert.deepEqual(names(done(world, sdp(30_000))), ["media"]);
    assert.deepEqual(names(done(world, sdp(30_000))), ["request caller"]);
    assert.deepEqual(names(answer(world, 200, sdp(4_001))), ["ack caller", "media"]);
    assert.deepEqual(names(done(world, "")), ["persist"]);
    assert.equal(world.call.caller.localSdp, sdp(30_000));
  });

  it("given a service of the switch, when the relay gives the same as before, then the caller is not asked", () => {
    const world = established("endpoint");
    world.send({ type: "media-lost" });
    assert.deepEqual(names(done(world, sdp(20_002))), ["persist"]);
  });

  it("given a CANCEL of a re-INVITE that crosses the 200, when both have come, then both parties are asked whatever the relay gives", () => {
    const world = established();
    world.transactions.set("t", { side: "caller", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "caller", transaction: "t", sdp: sdp(4_001) });
    done(world, sdp(20_000));
    assert.deepEqual(names(world.send({ type: "reinvite-cancelled", transaction: "t" })), ["cancel-request"]);
    answer(world, 200, sdp(5_001));
    assert.deepEqual(names(done(world, sdp(20_002))), ["persist", "persist", "media"]);
    done(world, sdp(20_000));
    assert.deepEqual(names(done(world, sdp(20_002))), ["request callee"]);
  });

  it("given a 2xx to a re-INVITE that could not be sent, when that is told, then the requester is as before and both are asked", () => {
    const world = established();
    world.transactions.set("t", { side: "caller", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "caller", transaction: "t", sdp: `${sdp(4_001)}a=sendonly\r\n` });
    done(world, sdp(20_000));
    answer(world, 200, sdp(5_001));
    done(world, sdp(20_002));
    assert.equal(world.transactions.get("t")?.status, 200);
    assert.equal(world.call.caller.isHolding, true);
    assert.deepEqual(names(world.send({ type: "change-answer-lost", side: "caller" })), [
      "persist",
      "persist",
      "media",
    ]);
    assert.equal(world.call.caller.remoteSdp, sdp(4_000));
    assert.equal(world.call.caller.isHolding, false);
    done(world, sdp(20_000));
    assert.deepEqual(names(done(world, sdp(20_002))), ["request callee"]);
  });

  it("given an offer of the target's that could not be passed on, when that is told, then the target is acknowledged and both are asked", () => {
    const world = established();
    world.transactions.set("t", { side: "caller", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "caller", transaction: "t", sdp: undefined });
    answer(world, 200, sdp(5_001));
    done(world, sdp(20_002));
    assert.deepEqual(names(world.send({ type: "change-answer-lost", side: "caller" })), ["media"]);
    assert.deepEqual(names(done(world, sdp(20_000))), ["ack callee", "persist", "persist", "media"]);
  });

  it("given a call that ended while the caller's ACK was awaited, when the 2xx turns out to be lost, then the caller gets its BYE", () => {
    const world = established();
    world.transactions.set("t", { side: "caller", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "caller", transaction: "t", sdp: sdp(4_001) });
    done(world, sdp(20_000));
    answer(world, 200, sdp(5_001));
    done(world, sdp(20_002));
    world.send({ type: "hang-up", outcome: { by: "switch", reason: "normal", status: 480, cause: 16 } });
    assert.equal(world.closed, 0);
    assert.deepEqual(names(world.send({ type: "change-answer-lost", side: "caller" })), [
      "stop-timer",
      "bye caller",
      "closed",
    ]);
  });

  it("given a relay that refuses the answer to a re-INVITE, when it does, then the requester is refused and both are asked again", () => {
    const world = established();
    world.transactions.set("t", { side: "callee", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "callee", transaction: "t", sdp: sdp(5_001) });
    done(world, sdp(20_002));
    answer(world, 200, sdp(4_001));
    assert.deepEqual(names(failed(world, 488)), ["respond", "persist", "persist", "media"]);
    assert.equal(world.transactions.get("t")?.status, 488);
  });

  it("given a re-INVITE without SDP that is cancelled, when the 200 crosses, then it is acknowledged with what stood before", () => {
    const world = established();
    world.transactions.set("t", { side: "caller", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "caller", transaction: "t", sdp: undefined });
    world.send({ type: "reinvite-cancelled", transaction: "t" });
    answer(world, 200, sdp(5_001));
    const effects = done(world, sdp(20_002));
    assert.deepEqual(effects, [
      { type: "media", operation: { kind: "answer", offerer: "callee", sdp: sdp(4_000) }, ticket: world.media[0] },
    ]);
    assert.deepEqual(names(done(world, sdp(20_000))).slice(0, 2), ["ack callee", "persist"]);
  });

  it("given an edge that is lost while a re-INVITE is under way, when it is back, then both parties are asked", () => {
    const world = established();
    world.transactions.set("t", { side: "caller", method: "INVITE", status: 0 });
    world.send({ type: "reinvite", side: "caller", transaction: "t", sdp: sdp(4_001) });
    done(world, sdp(20_000));
    world.send({ type: "edge-lost" });
    assert.deepEqual(world.send({ type: "media-lost" }), [], "not while the edge is away");
    assert.deepEqual(names(world.send({ type: "edge-back" })), ["persist", "media"]);
  });

  it("given a server that has lost the dialogs, when it is back, then both parties are asked though the relay is as before", () => {
    const world = established();
    world.send({ type: "edge-lost" });
    assert.deepEqual(names(world.send({ type: "edge-back", renew: true })), ["persist", "media"]);
    done(world, sdp(20_000));
    assert.deepEqual(names(done(world, sdp(20_002))), ["request callee"]);
  });
});
