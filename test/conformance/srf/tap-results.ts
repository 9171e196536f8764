/** What a TAP stream said so far. */
export class TapResults {
  passed = 0;
  skipped = 0;
  /** Description of each failed assertion. */
  readonly failures: string[] = [];
  #rest = "";
  #inDiagnostic = false;

  /** Takes the next piece of the stream, in whatever pieces it comes. */
  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#addLine(line);
  }

  /** Takes a last line that no line end followed. */
  end(): void {
    this.add("\n");
  }

  #addLine(line: string): void {
    // What is said about a failure may quote TAP itself.
    if (/^\s+---\s*$/.test(line)) this.#inDiagnostic = true;
    else if (/^\s+\.\.\.\s*$/.test(line)) this.#inDiagnostic = false;
    if (this.#inDiagnostic) return;
    const [, not, description = ""] = /^(not )?ok \d+\s*(.*)$/.exec(line.trimEnd()) ?? [line];
    if (!/^(not )?ok \d/.test(line)) return;
    if (/# (skip|todo)\b/i.test(description)) this.skipped += 1;
    else if (not === undefined) this.passed += 1;
    else this.failures.push(description === "" ? "(no description)" : description);
  }
}
