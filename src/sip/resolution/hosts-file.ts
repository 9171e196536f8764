import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import type { Clock } from "../../common/index.ts";

/** How long the file is believed not to have changed. */
const LOOK_AGAIN_MS = 500;
/** Larger files are left aside. */
const MAX_BYTES = 4 * 1024 * 1024;
const LOOPBACK: readonly string[] = ["127.0.0.1", "::1"];

/** The names of the host's own table. `localhost` and what ends in it is always there (RFC 6761 6.3). */
export class HostsFile {
  readonly #path: string;
  readonly #clock: Clock;
  #names: ReadonlyMap<string, readonly string[]> = new Map();
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #version = "";

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /**
   * The addresses of a name, in the order of the file; undefined when it is not there.
   * @param name in lower case
   */
  find(name: string): readonly string[] | undefined {
    this.#refresh();
    const found = this.#names.get(name);
    if (found !== undefined) return found;
    return name === "localhost" || name.endsWith(".localhost") ? LOOPBACK : undefined;
  }

  #refresh(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#lookedAtMs < LOOK_AGAIN_MS) return;
    this.#lookedAtMs = nowMs;
    try {
      const { mtimeMs, size, ino } = statSync(this.#path);
      const version = `${mtimeMs} ${size} ${ino}`;
      if (version === this.#version || size > MAX_BYTES) return;
      this.#names = parseHosts(readFileSync(this.#path, "latin1"));
      this.#version = version;
    } catch {
      // A host without the file, or one that does not let us read it, has no names there.
      this.#names = new Map();
      this.#version = "";
    }
  }
}

/** Reads lines such as `192.0.2.1 pbx.example.org pbx # comment`. */
export function parseHosts(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [address = "", ...aliases] = (line.split("#", 1)[0] ?? "").trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const alias of aliases) {
      const name = alias.toLowerCase();
      const known = names.get(name);
      if (known === undefined) names.set(name, [address]);
      else known.push(address);
    }
  }
  return names;
}
