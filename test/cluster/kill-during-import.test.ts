import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { EXIT } from "../../src/admin/cli/exit-codes.ts";
import { Cleanup } from "../support/cleanup.ts";
import { TandemNode } from "../support/tandem-node.ts";
import { doneOn, killCommand, tandemInTerminal } from "../support/tandem-shell.ts";
import { TemporaryDirectory } from "../support/temporary-directory.ts";

const LINES = 20_000;
const END_MS = 60_000;

/** Moments of an import, as its terminal shows them; one that is too short to be drawn is that of the next. */
const MOMENTS = {
  "it is sent": /sending|read \[|apply \[/,
  "it is read": /read \[|apply \[/,
  "it is planned": /apply \[|take up \[/,
  "it is written": /apply \[={15,}|take up \[|created/,
  "call control takes it up": /take up \[|created/,
} as const;

describe("an import of 20,000 objects", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let file: string;
  let former: string;
  let original: string;

  before(async function () {
    this.timeout(60_000);
    const folder = cleanup.add(new TemporaryDirectory("import"), (one) => one.close());
    file = folder.join("lines.yaml");
    former = folder.join("former.yaml");
    const numbers = Array.from({ length: LINES }, (_, index) => `  - number: "${100_000 + index}"\n`);
    writeFileSync(file, `version: 1\ndirectoryNumbers:\n${numbers.join("")}`);
    node = cleanup.add(await TandemNode.start(), (one) => one.stop());
    original = await doneOn(node, ["export"]);
    writeFileSync(former, original);
  });
  after(() => cleanup.run());
  afterEach(() => doneOn(node, ["import", former, "--mode", "replace"]));

  const isWhole = async (): Promise<boolean> => {
    const now = await doneOn(node, ["export"]);
    if (now === original) return false;
    const count = now.match(/number: "1\d{5}"/g)?.length;
    assert.equal(count, LINES, "the change is there in part");
    return true;
  };

  for (const [moment, shown] of Object.entries(MOMENTS)) {
    it(`given the admin service is killed when ${moment}, when the command ends, then it says truly whether it was done, and the next import works`, async () => {
      const command = tandemInTerminal(node, ["import", file]);
      await command.outputMatching(shown, END_MS);
      const pid = await node.killService("admin");
      const { code } = await command.exited(END_MS);
      await node.serviceAgain("admin", pid, 10_000);
      if (/ created, /.test(command.output)) return assert.deepEqual([code, await isWhole()], [EXIT.ok, true]);
      const wasMade = /change \d+ had been made already: `tandem undo \d+` takes it back/.test(command.output);
      if (!wasMade) assert.match(command.output, /the node went away during the import; nothing was done/);
      assert.equal(code, EXIT.unavailable, command.output);
      assert.equal(await isWhole(), wasMade);
      const again = await doneOn(node, ["import", file]);
      const expected = wasMade ? `0 created, 0 changed, 0 removed, ${LINES} unchanged` : `${LINES} created, 0 changed`;
      assert.ok(again.includes(expected), again);
      assert.equal(await isWhole(), true);
    });
  }

  for (const moment of ["it is read", "it is written"] as const) {
    const shown = MOMENTS[moment];
    it(`given the command is killed when ${moment}, when the next import is made, then all or nothing of the first was done`, async () => {
      const command = tandemInTerminal(node, ["import", file]);
      await command.outputMatching(shown, END_MS);
      if (!/ created, /.test(command.output)) killCommand(node, "import");
      await command.exited(END_MS);
      const again = await doneOn(node, ["import", file]);
      const isDone = again.includes(`: 0 created, 0 changed, 0 removed, ${LINES} unchanged`);
      assert.ok(isDone || again.includes(`: ${LINES} created, 0 changed, 0 removed, 0 unchanged`), again);
      assert.equal(await isWhole(), true);
    });
  }
});
