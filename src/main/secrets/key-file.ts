import { randomBytes } from "node:crypto";
import { closeSync, constants, fstatSync, fsyncSync, linkSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { errorCodeOf, errorMessageOf } from "../../common/index.ts";
import { SecretError } from "./secret-error.ts";

export const KEY_BYTES = 32;

/**
 * The key in a file that only its owner may read.
 * @returns undefined when there is no file
 * @throws {SecretError} `secret-key-refused`
 */
export function readKey(path: string): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (errorCodeOf(error) === "ENOENT") return undefined;
    throw refusal(path, `cannot be opened: ${errorMessageOf(error)}`);
  }
  try {
    const { mode, uid } = fstatSync(descriptor);
    if ((mode & 0o077) !== 0) throw refusal(path, "is open to other users; chmod it to 600");
    if (process.getuid !== undefined && uid !== process.getuid()) throw refusal(path, "is another user's");
    // One more than a key has shows what is longer.
    const bytes = Buffer.alloc(KEY_BYTES + 1);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (length !== KEY_BYTES) throw refusal(path, `is no key: a key has ${KEY_BYTES} bytes`);
    return bytes.subarray(0, KEY_BYTES);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * The same, made when there is none. Of several processes that make it at a time all get the same.
 * @throws {SecretError} `secret-key-refused`
 */
export function readOrMakeKey(path: string): Buffer {
  const known = readKey(path);
  if (known !== undefined) return known;
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    writeKey(draft, randomBytes(KEY_BYTES));
    linkSync(draft, path);
  } catch (error) {
    if (errorCodeOf(error) !== "EEXIST") throw refusal(path, `cannot be made: ${errorMessageOf(error)}`);
  } finally {
    rmSync(draft, { force: true });
  }
  const made = readKey(path);
  if (made === undefined) throw refusal(path, "has been removed");
  return made;
}

/** On the disk before anything is sealed with it. */
function writeKey(path: string, key: Buffer): void {
  const descriptor = openSync(path, "wx", 0o600);
  try {
    writeSync(descriptor, key);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function refusal(path: string, reason: string): SecretError {
  return new SecretError("secret-key-refused", `${path} ${reason}`, { path });
}
