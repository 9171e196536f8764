import type { z } from "zod";
import { KINDS, SCHEMAS, type Kind } from "../../../database/index.ts";

type Json = Readonly<Record<string, unknown>>;

/** Which parts of a kind's objects are secret: `true`: all of it. */
interface SecretTree {
  readonly [key: string]: SecretTree | true;
}

/** Secret parts by kind: what the schemas mark with `isSecret`. */
const TREES = new Map<Kind, SecretTree>(KINDS.map((kind) => [kind, treeOf(SCHEMAS[kind])]));

/** An object without its secrets; an object that has nothing else is left out, too. */
export function withoutSecrets(kind: Kind, body: unknown): Json {
  return isObject(body) ? stripped(body, TREES.get(kind) ?? {}) : {};
}

/** True when a key of the kind is a secret or holds nothing but secrets. */
export function isSecretKey(kind: Kind, key: string): boolean {
  return TREES.get(kind)?.[key] === true;
}

/**
 * A new body with the secrets of the stored one where it leaves them out: whoever reads an object, changes a field and
 * writes it back has not seen them. Hashes of a device's password stay only with the digest user that they belong to.
 */
export function withKeptSecrets(kind: Kind, given: unknown, stored: unknown): unknown {
  return kept(given, stored, TREES.get(kind) ?? {});
}

function kept(given: unknown, stored: unknown, tree: SecretTree): unknown {
  if (!isObject(given) || !isObject(stored)) return given;
  const result: Record<string, unknown> = { ...given };
  for (const [key, inner] of Object.entries(tree)) {
    if (inner !== true) {
      if (key in given) result[key] = kept(given[key], stored[key], inner);
    } else if (key === "ha1") {
      keepHashes(result, stored);
    } else if (!(key in given) && key in stored) {
      result[key] = stored[key];
    }
  }
  return result;
}

function keepHashes(credentials: Record<string, unknown>, stored: Json): void {
  const { user = stored["user"], ha1, password } = credentials;
  if (ha1 !== undefined || password !== undefined || stored["ha1"] === undefined || user !== stored["user"]) return;
  Object.assign(credentials, { user, ha1: stored["ha1"] });
}

function stripped(value: Json, tree: SecretTree): Json {
  const result: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const secret = Object.hasOwn(tree, key) ? tree[key] : undefined;
    if (secret === true) continue;
    result[key] = secret === undefined || !isObject(inner) ? inner : stripped(inner, secret);
  }
  return result;
}

function treeOf(schema: z.ZodType): SecretTree {
  const found = secretsIn(schema);
  return found === true || found === undefined ? {} : found;
}

function secretsIn(schema: z.ZodType): SecretTree | true | undefined {
  if (schema.meta()?.["isSecret"] === true) return true;
  const inner = innerOf(schema);
  if (inner !== undefined) return secretsIn(inner);
  if (!("shape" in schema)) return undefined;
  const shape = Object.entries(schema.shape as Record<string, z.ZodType>);
  const parts = shape.flatMap(([key, part]) => {
    const found = secretsIn(part);
    return found === undefined ? [] : [[key, found] as const];
  });
  if (parts.length === 0) return undefined;
  return parts.length === shape.length && parts.every(([, part]) => part === true) ? true : Object.fromEntries(parts);
}

/** What an optional, a default or a transformation is about; no list holds secrets. */
function innerOf(schema: z.ZodType): z.ZodType | undefined {
  const { innerType, in: input } = schema.def as { innerType?: z.ZodType; in?: z.ZodType };
  return innerType ?? input;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
