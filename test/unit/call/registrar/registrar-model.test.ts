import assert from "node:assert/strict";
import fc from "fast-check";
import { silentLogger } from "../../../../src/common/index.ts";
import { Registrar } from "../../../../src/call/registrar/registrar.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { phoneOf, sampleInventory, samplePhone } from "../device/sample-devices.ts";

type Action =
  | { readonly kind: "register"; readonly contacts: readonly { readonly user: string; readonly expires: number }[] }
  | { readonly kind: "replay"; readonly user: string }
  | { readonly kind: "remove-all" }
  | { readonly kind: "wait"; readonly seconds: number };

const MIN_SECONDS = 60;
const MAX_CONTACTS = 3;

const contact = fc.record({
  user: fc.constantFrom("a", "b", "c", "d", "e"),
  expires: fc.constantFrom(0, 30, 60, 120, 600, 100_000),
});
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("register"), contacts: fc.array(contact, { maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("replay"), user: fc.constantFrom("a", "b") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove-all") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait"), seconds: fc.nat(200) }) },
);

/** What a registrar is: users and the second at which each ends. Every contact comes from an address of its own. */
class Model {
  seconds = 0;
  bindings = new Map<string, number>();

  register(contacts: Extract<Action, { kind: "register" }>["contacts"]): number {
    if (contacts.some(({ expires }) => expires > 0 && expires < MIN_SECONDS)) return 423;
    const next = new Map(this.bindings);
    for (const { user, expires } of contacts) {
      next.delete(user);
      if (expires > 0) next.set(user, this.seconds + Math.min(expires, 3_600));
    }
    if (next.size > MAX_CONTACTS) return 403;
    this.bindings = next;
    return 200;
  }

  wait(seconds: number): void {
    this.seconds += seconds;
    for (const [user, end] of this.bindings) if (end <= this.seconds) this.bindings.delete(user);
  }

  get state(): string[] {
    return [...this.bindings].map(([user, end]) => `${user} ${end - this.seconds}`).sort();
  }
}

describe("Registrar against a model", () => {
  const inventory = sampleInventory([samplePhone("1001")]);
  const phone = phoneOf(inventory, "1001");

  it("given any sequence of registers, refreshes, removals, replays and pauses, when it is over, then both agree", () => {
    const run = (actions: readonly Action[]): void => {
      const clock = new ManualClock();
      const model = new Model();
      const registrar = new Registrar({ inventory, clock, logger: silentLogger });
      let cseq = 0;
      const send = (contacts: readonly string[], expires?: string): number => {
        cseq += 1;
        // Another address for each request: none that was left behind gives way.
        const source = { protocol: "udp", address: `192.0.2.${cseq}`, port: 5060 };
        const facts = { phone, contacts, callId: "c", cseq, source };
        return registrar.register(expires === undefined ? facts : { ...facts, expires }).status;
      };
      for (const step of actions) {
        switch (step.kind) {
          case "register": {
            const contacts = step.contacts.map(({ user, expires }) => `<sip:${user}@h>;expires=${expires}`);
            assert.equal(send(contacts), model.register(step.contacts));
            break;
          }
          case "replay": {
            const isBound = model.bindings.has(step.user);
            const source = { protocol: "udp", address: "198.51.100.1", port: 5060 };
            const facts = { phone, contacts: [`<sip:${step.user}@h>;expires=0`], callId: "c", cseq: 0, source };
            assert.equal(registrar.register(facts).status, isBound ? 400 : 200);
            break;
          }
          case "remove-all":
            assert.equal(send(["*"], "0"), 200);
            model.bindings.clear();
            break;
          case "wait":
            clock.advance(step.seconds * 1_000);
            model.wait(step.seconds);
            break;
        }
        const rows = registrar.list();
        assert.deepEqual(
          rows.map(({ contactUri, remainingSeconds }) => `${contactUri[4]} ${remainingSeconds}`).sort(),
          model.state,
        );
        assert.equal(registrar.lookup("1001").length, model.bindings.size);
        assert.equal(registrar.counters()[0]?.value, model.bindings.size);
        assert.equal(clock.activeTimers, model.bindings.size > 0 ? 1 : 0);
      }
      registrar.close();
    };
    fc.assert(fc.property(fc.array(action, { maxLength: 40 }), run), { numRuns: 300 });
  });
});
