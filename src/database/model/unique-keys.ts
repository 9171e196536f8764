import { canonicalBlock } from "./address-block.ts";
import type { BodyOf, Kind } from "./kinds.ts";
import { barePattern } from "./pattern.ts";

/** What no two objects may have in common: `scope` says what, for people. */
export interface UniqueKey {
  readonly scope: string;
  readonly key: string;
  /** Where it stands in the object. */
  readonly path: readonly (string | number)[];
}

/** The unique keys of an object besides its name. */
export function uniqueKeysOf<K extends Kind>(kind: K, body: BodyOf<K>): UniqueKey[] {
  return KEYS[kind]?.(body) ?? [];
}

const deviceKey = (name: string): UniqueKey => ({ scope: "device name", key: name, path: ["name"] });

function endpointKeys({ name, credentials }: Pick<BodyOf<"phone">, "name" | "credentials">): UniqueKey[] {
  const user = credentials?.user;
  if (user === undefined) return [deviceKey(name)];
  return [deviceKey(name), { scope: "digest user", key: user, path: ["credentials", "user"] }];
}

/** Blocks may lie in each other, the narrower wins; how a block is spelled does not count. */
const spellingOf = { addresses: canonicalBlock, certificateNames: inSmallLetters, prefixes: inSmallLetters };

function inSmallLetters(text: string): string {
  return text.toLowerCase();
}

/** Numbers and patterns of a partition are one set, in which the spelling of a pattern does not count. */
function numberKey(text: string, partition: string, path: string): UniqueKey[] {
  return [{ scope: "number or pattern", key: `${text}@${partition}`, path: [path] }];
}

function patternKeys({ pattern, partition }: Pick<BodyOf<"park-range">, "pattern" | "partition">): UniqueKey[] {
  return numberKey(barePattern(pattern), partition, "pattern");
}

function trunkKeys({ name, addresses, certificateNames, prefixes }: BodyOf<"trunk">): UniqueKey[] {
  const lists = { addresses, certificateNames, prefixes };
  const scopes = { addresses: "trunk address", certificateNames: "trunk certificate name", prefixes: "trunk prefix" };
  return [
    deviceKey(name),
    ...(["addresses", "certificateNames", "prefixes"] as const).flatMap((list) =>
      lists[list].map((text, index) => ({ scope: scopes[list], key: spellingOf[list](text), path: [list, index] })),
    ),
  ];
}

const KEYS: { readonly [K in Kind]?: (body: BodyOf<K>) => UniqueKey[] } = {
  phone: endpointKeys,
  "cti-port": endpointKeys,
  "route-point": endpointKeys,
  trunk: trunkKeys,
  "directory-number": ({ number, partition }) => numberKey(number, partition, "number"),
  "route-pattern": patternKeys,
  "translation-pattern": patternKeys,
  "hunt-pilot": patternKeys,
  "park-range": patternKeys,
};
