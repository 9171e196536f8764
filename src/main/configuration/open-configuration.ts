import type { SipProfile } from "../../call/device/sip-profile.ts";
import type { Clock } from "../../common/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import type { SecretKeeper } from "../../database/index.ts";
import { SqliteStore } from "../../database/sqlite/sqlite-store.ts";

/**
 * Opens the configuration of a node.
 * @param profiles what devices may have when something is written; absent: any
 * @throws {DatabaseError} `database-failed`
 */
export function openConfiguration(
  paths: NodePaths,
  clock: Clock,
  keeper: SecretKeeper,
  profiles?: readonly Pick<SipProfile, "name" | "kind">[],
): SqliteStore {
  const known = profiles && new Map(profiles.map(({ name, kind }) => [name, kind]));
  return new SqliteStore({ path: paths.configurationFile, clock, keeper, profiles: known });
}

/** For processes that read, or write no secret that was typed. */
export function withoutSecrets(realm: string): SecretKeeper {
  const refuse = (): never => {
    throw new Error("this process seals no secrets");
  };
  return { realm, hashPassword: () => Promise.reject(new Error("this process hashes no passwords")), seal: refuse };
}
