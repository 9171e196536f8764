import { sourceOf } from "../../common/index.ts";

/** What one source may have at least. */
const MIN_UNOPENED = 16;
/** What it may have of all connections: half, which all sessions can come back with. */
const SHARE = 2;

interface Signed {
  /** It has signed in. */
  readonly hasSession: boolean;
}

/** Connections that have not signed in: nobody may have so many that others get none. */
export class UnopenedConnections {
  readonly #limit: number;
  /** By source, then by address and port, those that had no session when it was looked last. */
  readonly #sources = new Map<string, Map<string, Signed | undefined>>();

  constructor(maxConnections: number) {
    this.#limit = Math.max(MIN_UNOPENED, Math.floor(maxConnections / SHARE));
  }

  /** @returns false when there are too many from where it comes */
  admit(address: string, port: number): boolean {
    const source = sourceOf(address);
    const there = this.#sources.get(source) ?? new Map<string, Signed | undefined>();
    if (there.size >= this.#limit) {
      for (const [each, handler] of there) if (handler?.hasSession === true) there.delete(each);
    }
    if (there.size >= this.#limit) return false;
    this.#sources.set(source, there.set(nameOf(address, port), undefined));
    return true;
  }

  /** It has become a WebSocket. */
  upgraded(address: string, port: number, handler: Signed): void {
    const there = this.#sources.get(sourceOf(address));
    const name = nameOf(address, port);
    if (there?.has(name) === true) there.set(name, handler);
  }

  /** It is gone. */
  closed(address: string, port: number): void {
    const source = sourceOf(address);
    const there = this.#sources.get(source);
    there?.delete(nameOf(address, port));
    if (there?.size === 0) this.#sources.delete(source);
  }
}

function nameOf(address: string, port: number): string {
  return `${address} ${port}`;
}
