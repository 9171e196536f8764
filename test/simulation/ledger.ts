import assert from "node:assert/strict";
import type { World } from "../../src/call/model/index.ts";
import type { Agenda } from "./agenda.ts";
import type { SimulatedSession } from "./session.ts";

/** What a session's record says. */
interface Entry {
  readonly parties: readonly string[];
  readonly sinceMs: number | undefined;
  readonly untilMs: number;
}

/** Who was connected with whom and when, as the records say, against what the model has shown. */
export class Ledger {
  readonly #agenda: Agenda;
  readonly #records = new Map<string, Entry>();
  /** What the model has shown of a session when it was up first. */
  readonly #shown = new Map<string, { readonly parties: readonly string[]; readonly sinceMs: number }>();

  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  get records(): number {
    return this.#records.size;
  }

  begin({ sessionId }: SimulatedSession): void {
    assert.ok(!this.#records.has(sessionId), `${sessionId} begins after its record was written`);
  }

  /** To be called after each step. */
  watch({ sessions, legs }: World): void {
    for (const { sessionId, stage, caller, callee } of sessions.values()) {
      if (stage !== "up" || this.#shown.has(sessionId)) continue;
      const parties = [caller, callee].flatMap((one) => legs.get(one ?? "")?.device ?? []).sort();
      this.#shown.set(sessionId, { parties, sinceMs: this.#agenda.nowMs });
    }
  }

  /** A session is over: its record is written. */
  end(session: SimulatedSession): void {
    const { sessionId, answeredAtMs: sinceMs } = session;
    assert.ok(!this.#records.has(sessionId), `${sessionId} has a second record`);
    const legs = [session.leg("caller"), session.leg("callee")].filter((leg) => leg !== undefined && !leg.isVirtual);
    const parties = legs.map((leg) => leg?.device.name ?? "").sort();
    const untilMs = this.#agenda.nowMs;
    this.#records.set(sessionId, { parties, sinceMs, untilMs });
    const shown = this.#shown.get(sessionId);
    this.#shown.delete(sessionId);
    if (shown === undefined) return;
    assert.deepEqual(parties, shown.parties, `record of ${sessionId}: its parties`);
    assert.ok(
      sinceMs !== undefined && sinceMs <= shown.sinceMs,
      `record of ${sessionId}: begins after its parties talk`,
    );
    assert.ok(untilMs >= shown.sinceMs, `record of ${sessionId}: ends before its parties talk`);
  }

  /** Sessions that were up and have no record. */
  get missing(): readonly string[] {
    return [...this.#shown.keys()];
  }
}
