import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { errorCodeOf } from "../../../src/common/index.ts";
import { terminalInput } from "../../../src/main/host/terminal-input.ts";

/** Standard input as a terminal: what is typed is echoed unless it is raw. */
class Terminal extends PassThrough {
  readonly isTTY = true;
  isRaw = false;

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }
}

describe("what a command asks for", () => {
  describe("on a terminal", () => {
    let terminal: Terminal;
    let shown: string;
    const ask = (): Promise<string> => {
      const prompts = new PassThrough().on("data", (text: Buffer) => (shown += text.toString()));
      return terminalInput(terminal as unknown as NodeJS.ReadStream, prompts, undefined).readSecret("password: ");
    };
    beforeEach(() => {
      terminal = new Terminal();
      shown = "";
    });

    it("given a password, when typed with a mistake, then it is what was meant, and never shown", async () => {
      const asked = ask();
      assert.ok(terminal.isRaw);
      for (const text of ["secr", "xü", "\u007f\u007f", "et ✓", "\r"]) terminal.write(text);
      assert.equal(await asked, "secret ✓");
      assert.equal(terminal.isRaw, false);
      assert.equal(shown, "password: \n");
    });

    it("given two questions, when both answers are typed, then each gets its own", async () => {
      const first = ask();
      terminal.write("one\r");
      assert.equal(await first, "one");
      const second = ask();
      terminal.write("two\n");
      assert.equal(await second, "two");
    });

    it("given an answer and the next one in one piece, when read, then nothing is lost", async () => {
      const prompts = new PassThrough();
      const input = terminalInput(terminal as unknown as NodeJS.ReadStream, prompts, undefined);
      const first = input.readSecret("a");
      terminal.write("one\rtwo\r");
      assert.equal(await first, "one");
      assert.equal(await input.readSecret("b"), "two");
    });

    for (const key of ["\u0003", "\u0004"]) {
      it(`given ${JSON.stringify(key)}, when typed, then it ends, and the terminal is as before`, async () => {
        const asked = ask();
        terminal.write(`abc${key}`);
        await assert.rejects(asked, (error) => errorCodeOf(error) === "interrupted");
        assert.equal(terminal.isRaw, false);
      });
    }
  });

  describe("from lines", () => {
    it("given two lines, when two secrets are read, then each is a line, and the third is missing", async () => {
      const stream = new PassThrough();
      const input = terminalInput(stream as unknown as NodeJS.ReadStream, new PassThrough(), undefined);
      stream.end("one\r\ntwo\n");
      assert.deepEqual([await input.readSecret(""), await input.readSecret("")], ["one", "two"]);
      await assert.rejects(input.readSecret(""), (error) => errorCodeOf(error) === "no-input");
      input.close();
    });

    it("given a password that was handed in, when asked, then it is there, and none otherwise", () => {
      const stream = new PassThrough() as unknown as NodeJS.ReadStream;
      assert.equal(terminalInput(stream, new PassThrough(), "p").password, "p");
      assert.equal(terminalInput(stream, new PassThrough(), undefined).password, undefined);
    });
  });
});
