import assert from "node:assert/strict";
import fc from "fast-check";
import type { Route, SessionEvent, Side } from "../../../../../src/call/model/index.ts";
import { CallWorld } from "./session-world.ts";

/** One thing that may happen next; numbers choose among what is there. */
interface Happening {
  readonly kind:
    | "foreseen"
    | "progress"
    | "answered"
    | "failed"
    | "media-done"
    | "media-failed"
    | "cancelled"
    | "answer-lost"
    | "acked"
    | "reinvite"
    | "update"
    | "reinvite-cancelled"
    | "change-answer-lost"
    | "info"
    | "request-answered"
    | "request-failed"
    | "bye"
    | "gone"
    | "media-timeout"
    | "media-lost"
    | "hang-up"
    | "timer"
    | "edge-lost"
    | "edge-back"
    | "redirected"
    | "taken";
  readonly pick: number;
  readonly side: Side;
  readonly hasSdp: boolean;
  readonly status: number;
}

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom<Happening["kind"]>(
    ...([
      "foreseen",
      "progress",
      "progress",
      "answered",
      "answered",
      "failed",
      "media-done",
      "media-done",
      "media-done",
    ] as const),
    ...(["media-failed", "cancelled", "answer-lost", "acked", "acked", "reinvite", "reinvite", "update"] as const),
    ...([
      "reinvite-cancelled",
      "change-answer-lost",
      "info",
      "request-answered",
      "request-answered",
      "request-failed",
      "bye",
    ] as const),
    ...(["gone", "media-timeout", "media-lost", "hang-up", "timer", "edge-lost", "edge-back"] as const),
    ...(["redirected", "taken"] as const),
  ),
  pick: fc.nat(7),
  side: fc.constantFrom<Side>("caller", "callee"),
  hasSdp: fc.boolean(),
  status: fc.constantFrom(400, 408, 481, 486, 487, 488, 491, 500, 503, 603),
});

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nm=audio 4000 RTP/AVP 8\r\n";

function pickFrom<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items.length === 0 ? undefined : items[pick % items.length];
}

/** Makes what happens consistent with the world: nobody answers what was not asked. */
class Driver {
  readonly world = new CallWorld();
  isEdgeUp = true;
  #diversions = 0;
  #redirections = 0;
  /** Diverted calls are answered by a service, half of them. */
  mayServe = false;
  #transactions = 0;
  #sdp = 0;

  apply(one: Happening): void {
    const event = this.#event(one);
    if (event !== undefined) this.world.send(event);
    this.#divert(one.pick);
  }

  begin(route: Route, hasOffer: boolean, isOriginated: boolean): void {
    const { world } = this;
    if (!isOriginated || route.kind === "endpoint") {
      world.send({ type: "offered", sdp: hasOffer ? SDP : undefined, route });
      return;
    }
    world.caller = "over";
    world.send({ type: "originated", route });
  }

  /** Twice somewhere, then nowhere. */
  #divert(pick: number): void {
    const { world } = this;
    for (let round = 0; world.isDiverting && round < 4; round += 1) {
      world.isDiverting = false;
      this.#diversions += 1;
      const id = `d${this.#diversions}`;
      const groups = [{ branchIds: [id], ringMs: 1_000, ...(pick % 2 === 0 ? {} : { tryMs: 500 }) }];
      const isSomewhere = this.#diversions <= 2 && pick > 1;
      const route = { kind: "branches", groups, diverts: ["busy", "no-answer", "unregistered"] } as const;
      const isServed = this.mayServe && pick % 2 === 1;
      world.send({ type: "diverted", route: isServed ? { kind: "endpoint" } : isSomewhere ? route : undefined });
    }
    assert.equal(world.isDiverting, false, "nobody says where it goes");
  }

  /** Ends the call and lets everything that is under way come to its end. */
  finish(): void {
    const { world } = this;
    if (!this.isEdgeUp) this.apply({ kind: "edge-back", pick: 0, side: "caller", hasSdp: false, status: 0 });
    world.send({ type: "hang-up", outcome: { by: "switch", reason: "normal", status: 480, cause: 16 } });
    for (let round = 0; round < 50 && world.closed === 0; round += 1) {
      const ticket = world.media.shift();
      if (ticket !== undefined) world.send({ type: "media-done", ticket, sdp: SDP });
      for (const [branchId, state] of world.branches) {
        if (state === "invited") this.#branchFinal(branchId, round % 2 === 0 ? 200 : 487);
      }
      for (const request of [...world.requests.keys()]) this.#requestFinal(request, 200, true);
      if (world.caller === "answered") this.#ackCaller();
    }
  }

  #event({ kind, pick, side, hasSdp, status }: Happening): SessionEvent | undefined {
    const { world } = this;
    const sdp = hasSdp ? this.#newSdp(pick) : undefined;
    const invited = [...world.branches].filter(([, state]) => state === "invited").map(([branchId]) => branchId);
    const branchId = pickFrom(invited, pick) ?? "";
    if (!this.isEdgeUp && !["media-done", "media-failed", "media-lost", "timer", "edge-back"].includes(kind))
      return undefined;
    switch (kind) {
      case "progress":
        return branchId === "" ? undefined : this.#progress(branchId, pick, sdp);
      case "foreseen":
        return branchId === "" ? undefined : { type: "branch-foreseen", branchId, sdp: this.#newSdp(pick) };
      case "answered":
        if (branchId === "") return undefined;
        world.branches.set(branchId, "answered");
        return { type: "branch-answered", branchId, sdp };
      case "failed":
        if (branchId === "") return undefined;
        world.branches.delete(branchId);
        return { type: "branch-failed", branchId, status, isOurs: pick === 0 };
      case "media-done":
      case "media-failed":
        return this.#media(kind, pick, status);
      case "cancelled":
        if (world.caller !== "unanswered") return undefined;
        world.caller = "refused";
        return { type: "cancelled" };
      case "answer-lost":
        if (world.caller !== "answered" || world.callerAcked) return undefined;
        world.caller = "over";
        return { type: "answer-lost" };
      case "acked":
        return this.#acked(side, sdp);
      case "reinvite":
        return this.#isUp(side)
          ? { type: "reinvite", side, transaction: this.#transaction(side, "INVITE"), sdp }
          : undefined;
      case "update":
        if (!this.#isUp(side)) return undefined;
        return { type: "update", side, transaction: this.#transaction(side, "UPDATE"), sdp: SDP, byUpdate: hasSdp };
      case "reinvite-cancelled":
        return this.#cancelReinvite();
      case "change-answer-lost":
        return this.#loseAnswer(side);
      case "info":
        return this.#isUp(side) ? { type: "info", side, transaction: this.#transaction(side, "INFO") } : undefined;
      case "request-answered":
      case "request-failed": {
        const ticket = pickFrom([...world.requests.keys()], pick);
        if (ticket !== undefined) this.#requestFinal(ticket, kind === "request-answered" ? 200 : status, hasSdp);
        return undefined;
      }
      case "bye":
      case "gone":
        return this.#leaves(kind, side);
      case "media-timeout":
      case "media-lost":
        return { type: kind };
      case "hang-up":
        return { type: "hang-up", outcome: { by: "switch", reason: "normal", status: 480, cause: 16 } };
      case "timer": {
        const timer = pickFrom([...world.timers], pick);
        if (timer === undefined) return undefined;
        world.timers.delete(timer);
        return { type: "timer", timer };
      }
      case "edge-lost":
        this.#loseEdge();
        return undefined;
      case "redirected":
        return this.#redirected(pick);
      case "taken":
        return this.#taken(side, pick);
      case "edge-back":
        if (this.isEdgeUp) return undefined;
        this.isEdgeUp = true;
        return { type: "edge-back" };
    }
  }

  #redirected(pick: number): SessionEvent | undefined {
    if (this.#redirections >= 3) return undefined;
    this.#redirections += 1;
    const branchIds = [`r${this.#redirections}`];
    const groups = [{ branchIds, ringMs: 1_000, ...(pick % 2 === 0 ? {} : { tryMs: 500 }) }];
    return { type: "redirected", route: { kind: "branches", groups, ...(pick > 3 ? { wholeMs: 2_000 } : {}) } };
  }

  /** They are others' business from now on. */
  #taken(side: Side, pick: number): SessionEvent | undefined {
    const { world } = this;
    if (world.call.state !== "established") return undefined;
    const outcome = { by: "switch", reason: "moved", status: 200, cause: 16 } as const;
    const sides = (pick % 3 === 0 ? (["caller", "callee"] as const) : [side]).filter((one) => this.#isUp(one));
    if (sides.length === 0) return undefined;
    for (const one of sides) {
      if (one === "callee" || world.call.isOriginated === true) world.callee = "over";
      else world.caller = "over";
    }
    return { type: "taken", sides, outcome };
  }

  #progress(branchId: string, pick: number, sdp: string | undefined): SessionEvent {
    const isTrying = pick === 7;
    return {
      type: "branch-progress",
      branchId,
      status: isTrying ? 100 : 180 + (pick % 4),
      sdp: isTrying ? undefined : sdp,
    };
  }

  #newSdp(pick: number): string {
    this.#sdp += pick % 2;
    return SDP.replace("4000", String(4_000 + this.#sdp));
  }

  #media(kind: "media-done" | "media-failed", pick: number, status: number): SessionEvent | undefined {
    const { media } = this.world;
    const [ticket] = media.splice(0, 1);
    if (ticket === undefined) return undefined;
    if (kind === "media-failed") return { type: "media-failed", ticket, status };
    return { type: "media-done", ticket, sdp: SDP.replace("4000", String(20_000 + pick)) };
  }

  #acked(side: Side, sdp: string | undefined): SessionEvent | undefined {
    const { world } = this;
    if (side === "caller" && world.caller === "answered" && !world.callerAcked) {
      world.callerAcked = true;
      return { type: "acked", side, sdp };
    }
    const answered = [...world.transactions.values()].some(
      (one) => one.side === side && one.method === "INVITE" && one.status === 200,
    );
    return answered ? { type: "acked", side, sdp } : undefined;
  }

  #ackCaller(): void {
    this.world.callerAcked = true;
    this.world.send({ type: "acked", side: "caller", sdp: undefined });
  }

  #isUp(side: Side): boolean {
    if (this.world.call.isOriginated === true) return side === "caller" && this.world.callee === "up";
    return side === "caller" ? this.world.caller === "answered" : this.world.callee === "up";
  }

  #transaction(side: Side, method: string): string {
    this.#transactions += 1;
    const id = `t${this.#transactions}`;
    this.world.transactions.set(id, { side, method, status: 0 });
    return id;
  }

  #cancelReinvite(): SessionEvent | undefined {
    for (const [transaction, one] of this.world.transactions) {
      if (one.method !== "INVITE" || one.status !== 0) continue;
      // The edge has answered it.
      one.status = 487;
      return { type: "reinvite-cancelled", transaction };
    }
    return undefined;
  }

  /** The edge had answered it already. */
  #loseAnswer(side: Side): SessionEvent | undefined {
    const { negotiation } = this.world.call;
    const isAwaited = negotiation?.kind === "reinvite" && negotiation.step === "awaiting-ack";
    if (!isAwaited || negotiation.requester !== side) return undefined;
    for (const one of this.world.transactions.values()) {
      if (one.side === side && one.method === "INVITE" && one.status === 200) one.status = 487;
    }
    return { type: "change-answer-lost", side };
  }

  #requestFinal(ticket: number, status: number, hasSdp: boolean): void {
    const { world } = this;
    const request = world.requests.get(ticket);
    world.requests.delete(ticket);
    if (request === undefined) return;
    if (status >= 300) {
      world.send({ type: "request-failed", ticket, status });
      return;
    }
    if (request.method === "INVITE") {
      world.unacknowledged.set(request.side, (world.unacknowledged.get(request.side) ?? 0) + 1);
    }
    const isSdp = hasSdp && request.method !== "INFO";
    world.send({ type: "request-answered", ticket, status, sdp: isSdp ? SDP : undefined });
  }

  #branchFinal(branchId: string, status: number): void {
    const { world } = this;
    if (status === 200) {
      world.branches.set(branchId, "answered");
      world.send({ type: "branch-answered", branchId, sdp: SDP });
      return;
    }
    world.branches.delete(branchId);
    world.send({ type: "branch-failed", branchId, status });
  }

  #leaves(kind: "bye" | "gone", side: Side): SessionEvent | undefined {
    const { world } = this;
    if (!this.#isUp(side)) return undefined;
    if (side === "caller" && world.call.isOriginated !== true) world.caller = "over";
    else world.callee = "over";
    world.unacknowledged.set(side, 0);
    return kind === "gone"
      ? { type: "gone", side, outcome: { by: "switch", reason: "session-lost", status: 200, cause: 41 } }
      : { type: "bye", side, transaction: this.#transaction(side, "BYE") };
  }

  /** The edge ends what is being set up and answers what waits. */
  #loseEdge(): void {
    const { world } = this;
    this.isEdgeUp = false;
    if (world.caller === "unanswered") world.caller = "refused";
    for (const [branchId, state] of world.branches) if (state !== "over") world.branches.delete(branchId);
    for (const one of world.transactions.values()) if (one.status === 0) one.status = 503;
    const wasSettingUp = world.call.state !== "established";
    world.send({ type: "edge-lost" });
    for (const ticket of [...world.requests.keys()]) {
      world.requests.delete(ticket);
      world.send({ type: "request-failed", ticket, status: 503 });
    }
    world.unacknowledged.clear();
    if (wasSettingUp || world.call.state === "disconnected") {
      if (world.caller === "answered") world.caller = "over";
      if (world.callee !== "none") world.callee = "over";
    }
  }
}

describe("call model", () => {
  it("given any order of events, when the call is over, then no leg is up, one record is written and nothing is left", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.constantFrom(
          "one",
          "two",
          "serial",
          "trunks",
          "diverting",
          "hunting",
          "applications",
          "ports",
          "endpoint",
          "originated",
        ),
        fc.array(happening, { maxLength: 60 }),
        (hasOffer, kind, happenings) => {
          const driver = new Driver();
          const { world } = driver;
          const groups = {
            one: [{ branchIds: ["a"], ringMs: 1_000 }],
            two: [{ branchIds: ["a", "b"], ringMs: 1_000 }],
            serial: [
              { branchIds: ["a", "b"], ringMs: 1_000 },
              { branchIds: ["c"], ringMs: 1_000 },
            ],
            trunks: [
              { branchIds: ["a"], ringMs: 1_000, tryMs: 500 },
              { branchIds: ["b"], ringMs: 1_000, tryMs: 500 },
              { branchIds: ["c"], ringMs: 1_000, tryMs: 500 },
            ],
            diverting: [{ branchIds: ["a", "b"], ringMs: 1_000 }],
            hunting: [
              { branchIds: ["a", "b"], ringMs: 1_000, isHunted: true },
              { branchIds: ["c"], ringMs: 1_000, isHunted: true },
            ] as const,
            applications: [
              { branchIds: ["a", "b"], ringMs: 1_000, takesNoMedia: true },
              { branchIds: ["c"], ringMs: 1_000 },
            ],
            ports: [
              { branchIds: ["a", "b"], ringMs: 1_000, takesOfferLater: true },
              { branchIds: ["c"], ringMs: 1_000, takesOfferLater: true },
            ],
            endpoint: [],
            originated: [
              { branchIds: ["a", "b"], ringMs: 1_000 },
              { branchIds: ["c"], ringMs: 1_000 },
            ],
          }[kind];
          const diverts = {
            diverting: ["busy", "no-answer", "unregistered"],
            applications: ["busy", "no-answer"],
            hunting: ["no-coverage"],
          } as const;
          const route = {
            kind: "branches",
            groups,
            ...(kind === "diverting" || kind === "hunting" || kind === "applications"
              ? { diverts: diverts[kind] }
              : {}),
            ...(kind === "hunting" ? { wholeMs: 5_000 } : {}),
          } as const;
          driver.mayServe = kind === "hunting";
          driver.begin(kind === "endpoint" ? { kind } : route, hasOffer, kind === "originated");
          for (const one of happenings) driver.apply(one);
          driver.finish();
          assert.equal(world.ended, 1, "ends once");
          assert.equal(world.closed, 1, "closes once");
          assert.notEqual(world.caller, "answered", "caller left up");
          assert.notEqual(world.caller, "unanswered", "caller left without an answer");
          assert.ok(world.callee === "none" || world.callee === "over", `callee left ${world.callee}`);
          for (const [branchId, state] of world.branches) assert.equal(state, "over", `branch ${branchId}`);
          for (const [id, one] of world.transactions) assert.notEqual(one.status, 0, `${id} ${one.method} unanswered`);
          assert.deepEqual([...world.timers], []);
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
