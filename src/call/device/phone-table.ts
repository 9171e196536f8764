import { DEFAULT_PARTITION } from "../../database/index.ts";
import { duplicate } from "./inventory-error.ts";
import type { SipPhone } from "./sip-phone.ts";

/** Lines of devices by all that they are looked up by. A device is added and removed with all its lines. */
export class PhoneTable {
  readonly #byName = new Map<string, readonly SipPhone[]>();
  readonly #byUser = new Map<string, SipPhone>();
  readonly #byNumber = new Map<string, readonly SipPhone[]>();
  readonly #byLine = new Map<string, readonly SipPhone[]>();
  readonly #byAor = new Map<string, SipPhone>();
  #legacyCount = 0;
  #all: readonly SipPhone[] | undefined;

  get all(): readonly SipPhone[] {
    return (this.#all ??= [...this.#byName.values()].flat());
  }

  get hasLegacyDigest(): boolean {
    return this.#legacyCount > 0;
  }

  byName(name: string): readonly SipPhone[] {
    return this.#byName.get(name) ?? [];
  }

  byUser(user: string): SipPhone | undefined {
    return this.#byUser.get(user);
  }

  byNumber(directoryNumber: string): SipPhone | undefined {
    return this.#byNumber.get(directoryNumber)?.[0];
  }

  byLine(line: string): readonly SipPhone[] {
    return this.#byLine.get(line) ?? [];
  }

  byAor(aor: string): SipPhone | undefined {
    return this.#byAor.get(aor);
  }

  /**
   * Adds a device with all its lines, of which there is at least one, or nothing of it.
   * @throws {InventoryError} `duplicate`
   */
  add(lines: readonly SipPhone[]): void {
    const [first] = lines;
    if (first === undefined) return;
    const { name, user } = first;
    const namesake = this.#byName.get(name)?.[0];
    if (namesake !== undefined) throw duplicate("name", name, namesake, first);
    const owner = this.#byUser.get(user);
    if (owner !== undefined) throw duplicate("user", user, owner, first);
    for (const line of lines) {
      const other = this.#byAor.get(line.aor);
      if (other !== undefined) throw duplicate("directory number", line.aor, other, line);
    }
    this.#all = undefined;
    this.#byName.set(name, lines);
    if (user !== "") this.#byUser.set(user, first);
    if (first.profile.digestLegacy === true) this.#legacyCount += 1;
    for (const line of lines) {
      insert(this.#byNumber, line.directoryNumber, line);
      insert(this.#byLine, line.line, line);
      if (!this.#byAor.has(line.aor)) this.#byAor.set(line.aor, line);
    }
  }

  /** Removes a device with all its lines; nothing when it is not there. */
  delete(name: string): void {
    const lines = this.#byName.get(name);
    const [first] = lines ?? [];
    if (lines === undefined || first === undefined) return;
    this.#all = undefined;
    this.#byName.delete(name);
    if (first.user !== "") this.#byUser.delete(first.user);
    if (first.profile.digestLegacy === true) this.#legacyCount -= 1;
    for (const line of lines) {
      takeOut(this.#byNumber, line.directoryNumber, line);
      takeOut(this.#byLine, line.line, line);
      this.#byAor.delete(line.aor);
    }
  }
}

function insert(table: Map<string, readonly SipPhone[]>, key: string, line: SipPhone): void {
  const others = table.get(key);
  table.set(key, others === undefined ? [line] : [...others, line].sort(byPlace));
}

function takeOut(table: Map<string, readonly SipPhone[]>, key: string, line: SipPhone): void {
  const others = (table.get(key) ?? []).filter((one) => one !== line);
  if (others.length === 0) table.delete(key);
  else table.set(key, others);
}

/** The same whatever came first: a change must not make another phone the first one. */
function byPlace(one: SipPhone, other: SipPhone): number {
  return rankOf(one) - rankOf(other) || compare(one.line, other.line) || compare(one.name, other.name);
}

function rankOf({ line }: SipPhone): number {
  return line.endsWith(`@${DEFAULT_PARTITION}`) ? 0 : 1;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
