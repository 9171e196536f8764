import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { openTerminalProgress } from "../../../src/main/host/terminal-progress.ts";

/** A terminal that keeps what is drawn. */
class Screen extends PassThrough {
  readonly isTTY = true;
  readonly columns = 80;
  drawn = "";

  constructor() {
    super();
    this.on("data", (text: Buffer) => (this.drawn += text.toString()));
  }

  cursorTo(): boolean {
    return true;
  }

  clearLine(): boolean {
    return true;
  }

  moveCursor(): boolean {
    return true;
  }
}

describe("a line of the terminal that changes", () => {
  it("given a text, when it goes on, then the line shows it, and the cursor stays: whoever hides it takes the signals", async () => {
    const screen = new Screen();
    const progress = await openTerminalProgress(screen, "reading");
    progress.update("read [=]");
    progress.end();
    progress.end();
    assert.match(screen.drawn, /reading/);
    assert.ok(!screen.drawn.includes("\u001b[?25l"));
  });
});
