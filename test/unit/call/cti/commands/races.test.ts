import assert from "node:assert/strict";
import type { CommandReply } from "../../../../../src/call/cti/commands/command-record.ts";
import { CommandTraces } from "../../../../../src/call/cti/command-traces.ts";
import { CtiCommands } from "../../../../../src/call/cti/commands/cti-commands.ts";
import { silentLogger } from "../../../../../src/common/index.ts";
import type { CommandConditions, CtiCommandRequest } from "../../../../../src/signals/index.ts";
import { KeptEntries } from "../../../../support/kept-entries.ts";
import { ManualClock } from "../../../../support/manual-clock.ts";
import { RingingCalls } from "../../../../support/ringing-calls.ts";
import { seededRandom } from "../../../../support/seeded-random.ts";

type Command = CtiCommandRequest["command"];

const SEED = 4_711;
const LONGEST = 12;
const NEVER = new Promise<void>(() => undefined);

/** So many turns of the queue of promises. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await Promise.resolve();
}

/** Call control that can be killed at any moment: what its process was about to do is never done. */
class MortalCommands {
  readonly calls = new RingingCalls();
  commands: CtiCommands;
  #entries = new KeptEntries();
  readonly #clock = new ManualClock();
  readonly #random: () => number;
  life = 0;

  constructor(random: () => number) {
    this.#random = random;
    this.calls.beforeEffect = () => this.#entries.flush();
    this.commands = this.#begin();
  }

  some(most: number): number {
    return Math.floor(this.#random() * (most + 1));
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.some(values.length - 1)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }

  kill(): void {
    this.commands.close();
    this.#entries = this.#entries.afterKill(this.some(1) === 1);
    this.commands = this.#begin();
  }

  #begin(): CtiCommands {
    this.life += 1;
    const life = this.life;
    const { calls } = this;
    /** What is done is done at once: a process is alive then, or dead. */
    const alive = async <Result>(act: () => Result): Promise<Result> => {
      await turns(this.some(LONGEST));
      if (life !== this.life) await NEVER;
      return act();
    };
    const commands = new CtiCommands({
      calls: {
        now: calls.now,
        kindOf: (device) => calls.kindOf(device),
        command: (command) => alive(() => calls.perform(command)),
        dialed: (device, to) => calls.dialed(device, to),
        recorded: (callId) => calls.recorded(callId),
        isUsed: (callId) => calls.isUsed(callId),
        step: () => undefined,
        close: () => undefined,
      },
      settings: {
        change: (command, by) => alive(() => calls.set(command, by)),
        check: (command) => calls.check(command),
      },
      traces: new CommandTraces(),
      store: this.#entries,
      clock: this.#clock,
      logger: silentLogger,
      versionOf: (callId) => this.calls.versions.get(callId),
    });
    this.calls.onChange = (change) => commands.step([{ type: "change", change }]);
    commands.restore();
    return commands;
  }
}

describe("commands at the same instant", () => {
  it("given two applications that answer or redirect 10,000 calls under conditions, when both do, then one wins and the other is told by whom", async () => {
    const switchboard = new MortalCommands(seededRandom(SEED));
    const { calls, commands } = switchboard;
    for (let round = 0; round < 10_000; round += 1) {
      const callId = `c${round}`;
      calls.ring(callId, "phone-1");
      const ask = async (user: string): Promise<CommandReply> => {
        const named = { device: "phone-1", callId };
        const command: Command = switchboard.pick([
          { type: "answer", ...named } as const,
          { type: "redirect", ...named, to: "phone-2" } as const,
        ]);
        const conditions: CommandConditions = switchboard.pick([{ version: 1 }, { state: "alerting" }]);
        await turns(switchboard.some(LONGEST));
        const actor = { user, session: user };
        return commands.handle({ key: `${user}:${round}`, keyMs: round, actor, command, conditions, waits: true });
      };
      const [first, second] = await Promise.all([ask("ann"), ask("bob")]);
      const [winner, loser, lost] = first.ok ? ["ann", second, "bob"] : ["bob", first, "ann"];
      const effects = calls.effects.splice(0);
      assert.equal(effects.length, 1, `${callId}: ${effects.join()}`);
      assert.ok(!loser.ok, `${callId}: both have won`);
      assert.equal(loser.failure, "version-conflict");
      assert.deepEqual(
        [loser.actor?.user, loser.outcome, loser.version],
        [winner, "not-applied", 2],
        `${callId}: ${lost}`,
      );
      const isAnswered = effects[0]?.startsWith("answer") === true;
      assert.equal(loser.state, isAnswered ? "talking" : "active");
      calls.end(callId);
    }
  }).timeout(60_000);

  it("given two applications that answer the same call, when neither states a condition, then the later one is told by whom it was", async () => {
    const switchboard = new MortalCommands(seededRandom(SEED));
    const { calls, commands } = switchboard;
    for (let round = 0; round < 2_000; round += 1) {
      const callId = `c${round}`;
      calls.ring(callId, "phone-1");
      const ask = async (user: string): Promise<CommandReply> => {
        await turns(switchboard.some(LONGEST));
        const command = { type: "answer", device: "phone-1", callId } as const;
        const actor = { user, session: user };
        return commands.handle({ key: `${user}:${round}`, keyMs: round, actor, command, waits: true });
      };
      const replies = await Promise.all([ask("ann"), ask("bob"), ask("eve")]);
      const winners = ["ann", "bob", "eve"].filter((_, index) => replies[index]?.ok === true);
      assert.equal(winners.length, 1);
      for (const reply of replies) {
        if (!reply.ok) assert.deepEqual([reply.failure, reply.actor?.user], ["already-answered", winners[0]]);
      }
      calls.end(callId);
    }
  }).timeout(60_000);
});

describe("commands that come three times to processes that are killed in between", () => {
  for (const seed of [SEED, SEED + 1, SEED + 2]) {
    it(`given 300 commands and seed ${seed}, when each comes again and again, then each has one effect at most, and one result`, async () => {
      const switchboard = new MortalCommands(seededRandom(seed));
      const { calls } = switchboard;
      const ended = { done: 0, unknown: 0, replayed: 0 };
      for (let round = 0; round < 300; round += 1) {
        const callId = `c${round}`;
        calls.ring(callId, "phone-1");
        const named = { device: "phone-1", callId };
        const command: Command = switchboard.pick<Command>([
          { type: "answer", ...named },
          { type: "redirect", ...named, to: "phone-2" },
          { type: "drop", ...named },
          { type: "make-call", device: "phone-3", to: "phone-4", newCallId: `made-${round}` },
          { type: "set-do-not-disturb", device: `phone-x${round}`, option: "reject" },
        ]);
        const actor = { user: "ann", session: "ann" };
        const request: CtiCommandRequest = { key: `ann:${round}`, keyMs: round, actor, command, waits: true };
        const before = calls.effects.length;
        const known: CommandReply[] = [];
        for (let time = 0; time < 3; time += 1) {
          const { life } = switchboard;
          const replies = [1, 2].map(() => {
            const reply = switchboard.commands.handle(request);
            // A process that is dead tells nobody.
            void reply.then((one) => switchboard.life === life && known.push(one));
            return reply;
          });
          await turns(switchboard.some(3 * LONGEST));
          if (switchboard.some(2) > 0) switchboard.kill();
          else await Promise.all(replies);
        }
        const last = await switchboard.commands.handle(request);
        const done = calls.effects.length - before;
        assert.ok(done <= 1, `${callId}: ${calls.effects.slice(before).join()}`);
        if (known.length > 0) assert.equal(last.isReplayed, true);
        // Whoever was told that it is done is told so for ever; what nobody knows the end of may or may not be done.
        if (known.some(({ ok }) => ok)) assert.ok(last.ok, `${callId}: ${JSON.stringify(last)}`);
        if (last.ok) assert.equal(done, 1, callId);
        else assert.equal(last.failure, "node-failed", callId);
        ended[last.ok ? "done" : "unknown"] += 1;
        if (last.isReplayed === true) ended.replayed += 1;
        calls.end(callId);
      }
      // Kills have come at all moments.
      assert.ok(Math.min(ended.done, ended.unknown, ended.replayed) >= 30, JSON.stringify(ended));
    }).timeout(60_000);
  }
});
