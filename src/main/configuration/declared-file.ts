import { readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { errorCodeOf } from "../../common/index.ts";
import { isKind, type Kind } from "../../database/index.ts";

/** An object that the node's file declares, or declared and could not be deleted since. */
export interface Declared {
  readonly kind: Kind;
  readonly name: string;
  /** Of a phone: its number, such as `1001@internal`. */
  readonly line?: string;
}

/** Names an object among those of all kinds. */
export function keyOf({ kind, name }: { readonly kind: string; readonly name: string }): string {
  return `${kind} ${name}`;
}

/** What was declared at the last start; nothing when that cannot be told. */
export function readDeclared(file: string): Declared[] {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT" || error instanceof SyntaxError) return [];
    throw error;
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    const { kind, name, line } = (entry ?? {}) as { kind?: unknown; name?: unknown; line?: unknown };
    if (typeof kind !== "string" || !isKind(kind) || typeof name !== "string") return [];
    return [{ kind, name, ...(typeof line === "string" ? { line } : {}) }];
  });
}

export function writeDeclared(file: string, declared: readonly Declared[]): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, JSON.stringify(declared), { mode: 0o600 });
  renameSync(temporary, file);
}

/** What the node's file has a say in, also after another start of the supervisor, which writes it anew. */
export class DeclaredObjects {
  readonly #file: string;
  #version = "";
  #keys: ReadonlySet<string> = new Set();

  constructor(file: string) {
    this.#file = file;
  }

  has(kind: Kind, name: string): boolean {
    const found = statSync(this.#file, { throwIfNoEntry: false });
    const version = found === undefined ? "" : `${found.ino} ${found.mtimeMs} ${found.size}`;
    if (version !== this.#version) {
      this.#keys = new Set(readDeclared(this.#file).map(keyOf));
      this.#version = version;
    }
    return this.#keys.has(keyOf({ kind, name }));
  }
}
