import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FIGURES } from "../../../scripts/reference/call-model-figures.ts";
import { callModelPage } from "../../../scripts/reference/call-model-page.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs", "call-model.md"), "utf8");

describe("docs/call-model.md", () => {
  it("given the tables of transitions, when the page is made, then it is as it stands", () => {
    assert.ok(page === callModelPage(page), "run: npm run docs:call-model");
  });

  it("given the source of the model, when its tables of transitions are looked for, then each has a figure", () => {
    const tables = ["src/call/model", "src/call/virtual"].flatMap((name) => {
      const folder = join(root, name);
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
      const texts = files.map((file) => readFileSync(join(folder, file), "utf8"));
      return texts.flatMap((text) => [...text.matchAll(/export const (\w+_TRANSITIONS)\b/g)].map(([, one]) => one));
    });
    assert.ok(tables.length >= 9);
    assert.deepEqual(tables.sort(), FIGURES.map(({ table }) => table).sort());
  });

  for (const { title, transitions, first } of FIGURES) {
    it(`given the figure "${title}", when it is walked, then every state can be reached, and from every state an end`, () => {
      const reached = new Set(first);
      for (const state of reached) for (const next of transitions[state] ?? []) reached.add(next);
      assert.deepEqual([...reached].sort(), Object.keys(transitions).sort());
      const ending = new Set(Object.keys(transitions).filter((state) => transitions[state]?.length === 0));
      for (let size = -1; size !== ending.size;) {
        size = ending.size;
        for (const [state, next] of Object.entries(transitions))
          if (next.some((one) => ending.has(one))) ending.add(state);
      }
      assert.deepEqual([...ending].sort(), Object.keys(transitions).sort());
    });
  }
});
