import assert from "node:assert/strict";
import { callFacts } from "../../../../src/call/cti/call-facts.ts";
import type { CallTable } from "../../../../src/call/control/call-table.ts";
import { createInventory } from "../../../../src/call/index.ts";
import { CallStory } from "../../../support/call-story.ts";
import { talk } from "../../../support/story-calls.ts";

type Known = ReturnType<CallTable["get"]>;

describe("what sessions know of a call", () => {
  let story: CallStory;
  let looked: string[];
  /** Names of sessions, with whom the caller is shown as. */
  let table: Map<string, string>;
  beforeEach(() => {
    story = new CallStory();
    talk(story, "c1", ["A", "B"]);
    looked = [];
    table = new Map([["c1", "first"]]);
  });

  /** Who has redirected last. */
  function lastRedirecting(sessionsOf: readonly string[]): string | undefined {
    const facts = callFacts({
      table: {
        get: (name) => {
          looked.push(name);
          const number = table.get(name);
          if (number === undefined) return undefined;
          return { progress: { callees: [], redirect: { lastRedirecting: { number } } } } as unknown as Known;
        },
      },
      sessionsOf: () => sessionsOf,
      inventory: createInventory({ realm: "tandem.test", phones: [], peers: [] }),
      book: { e164Of: () => undefined, localeOf: () => undefined },
    });
    const call = { ...(story.world.calls.get("c1") ?? assert.fail()), named: 1_000_000 };
    return facts.routeOf(call).lastRedirecting?.number;
  }

  it("given a call that has had very many sessions, when it is asked for, then only those that are there are looked at", () => {
    assert.equal(lastRedirecting(["c1"]), "first");
    assert.ok(looked.length < 10, `${looked.length} were looked at`);
  });

  it("given several sessions, when it is asked for, then the one of that call counts that was begun last and is there", () => {
    for (const name of ["c1.9", "c1.10", "c2.11"]) table.set(name, name);
    assert.equal(lastRedirecting(["c1.10", "c1", "c2.11", "c1.9", "c1.12"]), "c1.10");
  });
});
