import assert from "node:assert/strict";
import {
  NEW_SESSION,
  step,
  type Session,
  type SessionEffect,
  type SessionEvent,
  type Side,
  type TimerName,
} from "../../../../../src/call/model/index.ts";

type LegState = "none" | "invited" | "answered" | "up" | "over";

/** What surrounds a call: performs effects on imagined legs, and checks that they make sense. */
export class CallWorld {
  call: Session = NEW_SESSION;
  /** The caller's first INVITE. */
  caller: "unanswered" | "answered" | "refused" | "over" = "unanswered";
  callee: LegState = "none";
  /** The caller has acknowledged the first 200. */
  callerAcked = false;
  readonly branches = new Map<string, LegState>();
  /** Those that have not got the caller's offer yet. */
  readonly unoffered = new Set<string>();
  /** The call waits to be told where else to go. */
  isDiverting = false;
  readonly timers = new Set<TimerName>();
  readonly media: number[] = [];
  /** Requests of ours that wait for a final response. */
  readonly requests = new Map<number, { side: Side; method: "INVITE" | "UPDATE" | "INFO" }>();
  /** 2xx to INVITEs of ours that wait for their ACK. */
  readonly unacknowledged = new Map<Side, number>();
  /** Requests of the parties, and whether they are answered. */
  readonly transactions = new Map<string, { side: Side; method: string; status: number }>();
  readonly effects: SessionEffect[] = [];
  /** Who has answered a call of the switch is in the caller's place. */
  isPickedUp = false;
  ended = 0;
  closed = 0;
  persisted = 0;

  send(event: SessionEvent): SessionEffect[] {
    const { call, effects } = step(this.call, event);
    this.call = call;
    for (const effect of effects) this.#perform(effect);
    this.effects.push(...effects);
    return [...effects];
  }

  #perform(effect: SessionEffect): void {
    const isAfterEnd = this.ended > 0;
    switch (effect.type) {
      case "media":
        assert.equal(isAfterEnd, false, "media after the end");
        if (effect.ticket !== 0) this.media.push(effect.ticket);
        return;
      case "invite":
        assert.equal(isAfterEnd, false, "INVITE after the end");
        this.branches.set(effect.branchId, "invited");
        if (effect.isOfferLater === true) this.unoffered.add(effect.branchId);
        return;
      case "offer":
        assert.equal(this.branches.get(effect.branchId), "invited", "offer to what does not ring");
        assert.ok(this.unoffered.delete(effect.branchId), "offered twice");
        return;
      case "cancel":
        assert.equal(this.branches.get(effect.branchId), "invited", "CANCEL of what does not ring");
        return;
      case "adopt":
        assert.equal(this.branches.get(effect.branchId), "answered");
        assert.equal(this.callee, "none", "second callee");
        assert.ok(!this.unoffered.has(effect.branchId), "answered before it was offered");
        this.branches.delete(effect.branchId);
        this.callee = "answered";
        this.unacknowledged.set("callee", (this.unacknowledged.get("callee") ?? 0) + 1);
        return;
      case "decline":
        assert.equal(this.branches.get(effect.branchId), "answered");
        this.branches.set(effect.branchId, "over");
        return;
      case "divert":
        assert.equal(isAfterEnd, false, "diverted after the end");
        assert.ok(![...this.branches.keys()].some((id) => this.#isLive(id)), "diverted while a branch is tried");
        this.isDiverting = true;
        return;
      case "ring":
        assert.ok(this.caller === "unanswered" || this.call.isOriginated === true, "ringing after an answer");
        assert.equal(this.isPickedUp, false);
        return;
      case "answer":
        assert.equal(this.caller, "unanswered", "answered twice");
        assert.ok(this.persisted > 0, "answered before it was recorded");
        this.caller = "answered";
        return;
      case "picked-up":
        assert.equal(this.call.isOriginated, true);
        assert.ok(this.persisted > 0, "picked up before it was recorded");
        assert.equal(this.callee, "up", "picked up before its ACK");
        this.isPickedUp = true;
        return;
      case "reject":
        if (this.call.isOriginated === true) return;
        assert.equal(this.caller, "unanswered", "refused after an answer");
        assert.ok(effect.status >= 400);
        this.caller = "refused";
        return;
      case "respond": {
        const transaction = this.transactions.get(effect.transaction);
        assert.ok(transaction !== undefined, "answer to nothing");
        assert.equal(transaction.status, 0, `${transaction.method} answered twice`);
        transaction.status = effect.status;
        return;
      }
      case "request":
      case "pass":
        assert.equal(isAfterEnd, false, "request after the end");
        this.requests.set(effect.ticket, {
          side: effect.side,
          method: effect.type === "pass" ? "INFO" : effect.method,
        });
        return;
      case "cancel-request":
        assert.equal(this.requests.get(effect.ticket)?.method, "INVITE");
        return;
      case "ack": {
        const owed = this.unacknowledged.get(effect.side) ?? 0;
        assert.ok(owed > 0, "ACK to nothing");
        this.unacknowledged.set(effect.side, owed - 1);
        if (effect.side === "callee" && this.callee === "answered") this.callee = "up";
        return;
      }
      case "bye":
        this.#bye(effect.side);
        return;
      case "start-timer":
        this.timers.add(effect.timer);
        return;
      case "stop-timer":
        this.timers.delete(effect.timer);
        return;
      case "persist":
        assert.equal(isAfterEnd, false, "recorded after the end");
        this.persisted += 1;
        return;
      case "ended":
        this.ended += 1;
        assert.equal(this.ended, 1, "ended twice");
        return;
      case "closed":
        this.closed += 1;
        assert.equal(this.closed, 1, "closed twice");
        assert.equal(this.ended, 1, "closed before the end");
        return;
    }
  }

  #isLive(id: string): boolean {
    return this.call.branches.some(({ branchId, state }) => branchId === id && state !== "cancelled");
  }

  #bye(side: Side): void {
    if (this.call.isOriginated === true) {
      assert.equal(side, "caller", "BYE to nobody");
      assert.equal(this.callee, "up", `BYE to who is ${this.callee}`);
      this.callee = "over";
      return;
    }
    if (side === "caller") {
      assert.equal(this.caller, "answered", "BYE to a caller that is not up");
      assert.ok(this.callerAcked || !this.effects.some(({ type }) => type === "closed"));
      this.caller = "over";
      return;
    }
    assert.ok(this.callee === "up", `BYE to a callee that is ${this.callee}`);
    this.callee = "over";
  }
}
