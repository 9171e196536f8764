import { createHash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { errorCodeOf } from "../../../common/index.ts";
import { readAt, rotatedFiles } from "../record-files.ts";

/** How far the record files have been read. */
export interface Position {
  /** Names a file by its beginning, whatever it is called meanwhile. */
  readonly file: string;
  readonly offset: number;
}

/** Whole lines that follow a position. */
export interface Batch {
  readonly lines: readonly string[];
  /** After them; undefined: there is no record file yet. */
  readonly position: Position | undefined;
  /** There was no more when it was read. */
  readonly isLast: boolean;
}

/** Read at a time; a longer line is passed over. */
const CHUNK_BYTES = 1024 * 1024;
/** Every record is longer. */
const BEGINNING_BYTES = 256;
const NEWLINE = 0x0a;

/** Reads record files in the order in which they were written, across their being put aside. */
export class FileFollower {
  readonly #path: string;
  /** Of files that were put aside, by path: they do not change any more. */
  #names = new Map<string, string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** What comes next, up to 1 MiB. @throws the file system's error */
  async next(position: Position | undefined): Promise<Batch> {
    // Opened before the others are listed: what is put aside meanwhile is seen under one of both names at least.
    const current = await openIfThere(this.#path);
    try {
      const name = current && (await nameOf(current));
      if (position === undefined || name !== position.file) {
        const found = await this.#nextOfOlder(position, name);
        if (found !== undefined) return found;
      }
      if (current === undefined || name === undefined) return { lines: [], position, isLast: true };
      return await readFrom(current, { file: name, offset: name === position?.file ? position.offset : 0 });
    } finally {
      await current?.close();
    }
  }

  /** From files that were put aside; undefined: they are read to their ends. */
  async #nextOfOlder(position: Position | undefined, current: string | undefined): Promise<Batch | undefined> {
    const files = rotatedFiles(this.#path);
    const names = new Map<string, string>();
    for (const { path } of files) {
      const name = this.#names.get(path) ?? (await nameAt(path));
      if (name !== undefined && name !== current) names.set(path, name);
    }
    this.#names = names;
    const inOrder = [...names];
    const start = Math.max(
      0,
      inOrder.findIndex(([, name]) => name === position?.file),
    );
    for (const [path, name] of inOrder.slice(start)) {
      const file = await openIfThere(path);
      if (file === undefined) continue;
      try {
        const offset = name === position?.file ? position.offset : 0;
        const batch = await readFrom(file, { file: name, offset });
        if (batch.position?.offset !== offset) return { ...batch, isLast: false };
      } finally {
        await file.close();
      }
    }
    return undefined;
  }
}

async function readFrom(file: FileHandle, { file: name, offset: wanted }: Position): Promise<Batch> {
  const { size } = await file.stat();
  // A write that failed was cut off again: what was read of it is known by its call ids.
  const offset = wanted > size ? 0 : wanted;
  const chunk = await readAt(file, offset, Math.min(CHUNK_BYTES, size - offset));
  const end = chunk.lastIndexOf(NEWLINE) + 1;
  const isTooLong = end === 0 && chunk.length === CHUNK_BYTES;
  const position = { file: name, offset: offset + (isTooLong ? chunk.length : end) };
  const lines = chunk
    .toString("utf8", 0, end)
    .split("\n")
    .filter((line) => line !== "");
  return { lines, position, isLast: offset + chunk.length >= size };
}

/** Undefined while there is too little to tell it from others by. */
async function nameOf(file: FileHandle): Promise<string | undefined> {
  const beginning = await readAt(file, 0, BEGINNING_BYTES);
  return beginning.length < BEGINNING_BYTES ? undefined : createHash("sha256").update(beginning).digest("hex");
}

async function nameAt(path: string): Promise<string | undefined> {
  const file = await openIfThere(path);
  try {
    return file && (await nameOf(file));
  } finally {
    await file?.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
