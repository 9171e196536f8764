import { detached, withMore } from "../../common/index.ts";
import { parseIpAddress, type IpAddress } from "./ip-address.ts";

interface Level<Value> {
  readonly lengthBits: number;
  readonly entries: Map<bigint, Value>;
}

/** Why a block could not be added. */
export type AddressProblem = "malformed" | "duplicate";

/** Addresses whose value is remembered as it was found. */
const MAX_FOUND = 1_024;
/** Of an IPv6 address that holds one of IPv4; what is longer is a name. */
const MAX_ADDRESS_LENGTH = 45;

/** Values by IP address or CIDR block; of the blocks that hold an address the longest prefix wins. */
export class AddressTable<Value> {
  readonly #found = new Map<string, Value | undefined>();
  readonly #levels: Readonly<Record<IpAddress["family"], Level<Value>[]>> = { 4: [], 6: [] };

  /** @returns what is wrong with `block`, or `undefined` when it was added */
  add(block: string, value: Value): AddressProblem | undefined {
    const parsed = parseBlock(block);
    if (parsed === undefined) return "malformed";
    const { family, lengthBits } = parsed;
    const entries = this.#levelOf(family, lengthBits).entries;
    const key = prefixOf(parsed, lengthBits);
    if (entries.has(key)) return "duplicate";
    entries.set(key, value);
    this.#found.clear();
    return undefined;
  }

  /** Takes a block out; nothing when it is not there. */
  delete(block: string): void {
    const parsed = parseBlock(block);
    if (parsed === undefined) return;
    const { family, lengthBits } = parsed;
    const levels = this.#levels[family];
    const index = levels.findIndex((level) => level.lengthBits === lengthBits);
    const entries = levels[index]?.entries;
    this.#found.clear();
    if (entries?.delete(prefixOf(parsed, lengthBits)) === true && entries.size === 0) levels.splice(index, 1);
  }

  find(address: string): Value | undefined {
    if (address.length > MAX_ADDRESS_LENGTH) return undefined;
    if (this.#found.has(address)) return this.#found.get(address);
    const value = this.#lookUp(address);
    if (this.#found.size >= MAX_FOUND) this.#found.clear();
    this.#found.set(detached(address), value);
    return value;
  }

  #lookUp(address: string): Value | undefined {
    const parsed = parseIpAddress(address);
    if (parsed === undefined) return undefined;
    for (const { lengthBits, entries } of this.#levels[parsed.family]) {
      const value = entries.get(prefixOf(parsed, lengthBits));
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #levelOf(family: IpAddress["family"], lengthBits: number): Level<Value> {
    const levels = this.#levels[family];
    const known = levels.find((level) => level.lengthBits === lengthBits);
    if (known !== undefined) return known;
    const level: Level<Value> = { lengthBits, entries: new Map() };
    levels.push(level);
    levels.sort((one, other) => other.lengthBits - one.lengthBits);
    return level;
  }
}

function parseBlock(block: string): (IpAddress & { readonly lengthBits: number }) | undefined {
  const [address = "", lengthText, ...rest] = block.split("/");
  const parsed = parseIpAddress(address);
  if (parsed === undefined || rest.length > 0) return undefined;
  const maxBits = bitsOf(parsed.family);
  if (lengthText === undefined) return withMore(parsed, { lengthBits: maxBits });
  if (!/^\d{1,3}$/.test(lengthText) || Number(lengthText) > maxBits) return undefined;
  return withMore(parsed, { lengthBits: Number(lengthText) });
}

function prefixOf({ family, value }: IpAddress, lengthBits: number): bigint {
  return value >> BigInt(bitsOf(family) - lengthBits);
}

function bitsOf(family: IpAddress["family"]): number {
  return family === 4 ? 32 : 128;
}
