import type { z } from "zod";
import { KINDS, SCHEMAS, type BodyOf, type Kind } from "./kinds.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is given in the place of a secret that is kept. */
const GIVEN_AS: Readonly<Record<string, string>> = {
  ha1: "password",
  sealedPassword: "password",
  passwordHash: "password",
  pinHash: "pin",
};

const secretPaths = new Map(KINDS.map((kind) => [kind, findSecrets(SCHEMAS[kind], [])]));

/** The keys that lead to each secret of a kind; none is in a list. */
export function secretPathsOf(kind: Kind): readonly (readonly string[])[] {
  return secretPaths.get(kind) ?? [];
}

/** The body without its secrets. */
export function withoutSecrets<K extends Kind>(kind: K, body: BodyOf<K>): BodyOf<K> {
  let rest: Fields = body;
  for (const [first = "", second] of secretPathsOf(kind)) {
    if (second === undefined) rest = without(rest, first);
    else if (isFields(rest[first])) rest = { ...rest, [first]: without(rest[first], second) };
  }
  return rest as BodyOf<K>;
}

/**
 * A body as given, with the secrets on file where it has none: not where a password is given, where the part that they were
 * in is gone, or where a hash is of another digest user.
 */
export function keepingSecrets<K extends Kind>(kind: K, body: BodyOf<K>, onFile: BodyOf<K>): BodyOf<K> {
  let result: Fields = body;
  for (const [first = "", second] of secretPathsOf(kind)) {
    if (second === undefined) {
      result = withSecret(result, onFile, first);
      continue;
    }
    const part = result[first];
    const partOnFile = (onFile as Fields)[first];
    if (!isFields(part) || !isFields(partOnFile)) continue;
    const { user = partOnFile["user"] } = part;
    if (user === partOnFile["user"]) result = { ...result, [first]: withSecret({ ...part, user }, partOnFile, second) };
  }
  return result as BodyOf<K>;
}

function withSecret(given: Fields, onFile: Fields, key: string): Fields {
  if (given[key] !== undefined || onFile[key] === undefined || given[GIVEN_AS[key] ?? key] !== undefined) return given;
  return { ...given, [key]: onFile[key] };
}

function without(fields: Fields, key: string): Fields {
  const { [key]: secret, ...rest } = fields;
  return secret === undefined ? fields : rest;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function findSecrets(schema: z.core.$ZodType, path: readonly string[]): (readonly string[])[] {
  if ((schema as z.ZodType).meta()?.["isSecret"] === true) return [path];
  const def = schema._zod.def as { readonly innerType?: z.core.$ZodType; readonly shape?: z.core.$ZodShape };
  if (def.innerType !== undefined) return findSecrets(def.innerType, path);
  return Object.entries(def.shape ?? {}).flatMap(([key, inner]) => findSecrets(inner, [...path, key]));
}
