import type { BodyOf, Kind } from "./kinds.ts";

/** What no two objects may have in common: `scope` says what, for people. */
export interface UniqueKey {
  readonly scope: string;
  readonly key: string;
}

/** The unique keys of an object besides its name. */
export function uniqueKeysOf<K extends Kind>(kind: K, body: BodyOf<K>): UniqueKey[] {
  return KEYS[kind]?.(body) ?? [];
}

const endpointKeys = ({ name, credentials }: Pick<BodyOf<"phone">, "name" | "credentials">): UniqueKey[] => {
  const user = credentials?.user;
  return [{ scope: "device name", key: name }, ...(user === undefined ? [] : [{ scope: "digest user", key: user }])];
};
const numberKey = (text: string, partition: string): UniqueKey[] => {
  return [{ scope: "number or pattern", key: `${text}@${partition}` }];
};
const patternKeys = ({ pattern, partition }: Pick<BodyOf<"park-range">, "pattern" | "partition">): UniqueKey[] => {
  return numberKey(pattern, partition);
};

const KEYS: { readonly [K in Kind]?: (body: BodyOf<K>) => UniqueKey[] } = {
  phone: endpointKeys,
  "cti-port": endpointKeys,
  "route-point": endpointKeys,
  trunk: ({ name, addresses, certificateNames, prefixes }) => [
    { scope: "device name", key: name },
    ...addresses.map((key) => ({ scope: "trunk address", key })),
    ...certificateNames.map((key) => ({ scope: "trunk certificate name", key })),
    ...prefixes.map((key) => ({ scope: "trunk prefix", key })),
  ],
  "directory-number": ({ number, partition }) => numberKey(number, partition),
  "route-pattern": patternKeys,
  "translation-pattern": patternKeys,
  "hunt-pilot": patternKeys,
  "park-range": patternKeys,
};
