const LONG_NUMBER = 1_000_000;

/** What stands now for what was recorded: identifiers, tags, branches, addresses. Each stands for one thing only. */
export class Translation {
  readonly #actualOf = new Map<string, string>();
  readonly #recordedOf = new Map<string, string>();
  readonly #cseqOffsets = new Map<string, number>();

  /** Notes a pair; false when either half already belongs to another. */
  learn(recorded: string, actual: string): boolean {
    const known = this.#actualOf.get(recorded);
    if (known !== undefined) return known === actual;
    if (this.#recordedOf.has(actual)) return false;
    this.#actualOf.set(recorded, actual);
    this.#recordedOf.set(actual, recorded);
    return true;
  }

  /** Notes by how much the CSeqs of one sender differ; false when they differ otherwise than before. */
  learnCSeq(sender: string, recorded: number, actual: number): boolean {
    const offset = this.#cseqOffsets.get(sender) ?? actual - recorded;
    this.#cseqOffsets.set(sender, offset);
    return actual - recorded === offset && (recorded < LONG_NUMBER || this.learnNumber(recorded, actual));
  }

  /** Notes a number that stands in RAck too; false when it is another one than before. A short one stays as it is. */
  learnNumber(recorded: number, actual: number): boolean {
    // Short numbers would be found where they are none.
    if (recorded < LONG_NUMBER) return recorded === actual;
    const known = this.#actualOf.get(String(recorded)) ?? String(actual);
    this.#actualOf.set(String(recorded), known);
    return known === String(actual);
  }

  /** The text with everything that was learnt put in place of what was recorded. */
  text(recorded: string): string {
    const names = [...this.#actualOf.keys()].sort((left, right) => right.length - left.length);
    if (names.length === 0) return recorded;
    const pattern = new RegExp(`(?<![\\w.-])(?:${names.map(escaped).join("|")})(?![\\w-])`, "g");
    return recorded.replace(pattern, (found) => this.#actualOf.get(found) ?? found);
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
