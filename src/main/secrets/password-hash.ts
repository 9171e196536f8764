import { hash, parseOptions, verify } from "@node-rs/argon2";

/** RFC 9106 4, second recommended option, with less memory: 19 MiB, two passes (some 20 ms), as OWASP has it. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** A hash may come with an import: checking it must not take all memory or minutes. */
const MAX_COST = { memoryCost: 262_144, timeCost: 16, parallelism: 16 };

/** A salted argon2id hash in PHC form. */
export function hashPassword(text: string): Promise<string> {
  return hash(text, COST);
}

/** True when the text is what was hashed; a hash that is none, or would cost too much to check, is nobody's. */
export async function verifyPassword(text: string, passwordHash: string): Promise<boolean> {
  try {
    if (!passwordHash.startsWith("$argon2id$")) return false;
    const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash);
    const isBearable =
      memoryCost <= MAX_COST.memoryCost && timeCost <= MAX_COST.timeCost && parallelism <= MAX_COST.parallelism;
    return isBearable && (await verify(passwordHash, text));
  } catch {
    return false;
  }
}
