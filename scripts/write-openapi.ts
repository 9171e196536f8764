// Writes the OpenAPI document of the REST API to docs/openapi.json; a test keeps it current.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRestApi, VIEWS } from "../src/admin/index.ts";
import { silentLogger, SystemClock } from "../src/common/index.ts";
import { SqliteStore } from "../src/database/sqlite/sqlite-store.ts";
import { withoutSecrets } from "../src/main/configuration/open-configuration.ts";
import { hashPassword, verifyPassword } from "../src/main/secrets/password-hash.ts";

const clock = new SystemClock();
const store = new SqliteStore({ path: ":memory:", clock, keeper: withoutSecrets("tandem") });
const rest = createRestApi({
  store,
  caller: { call: () => Promise.reject(new Error("there is no node")) },
  audit: { record: () => undefined, read: () => Promise.resolve([]) },
  passwords: { hashPassword, verifyPassword },
  clock,
  logger: silentLogger,
  node: "",
  adminToken: "",
});
const text = JSON.stringify(rest.describe(VIEWS), null, 2) + "\n";
writeFileSync(join(import.meta.dirname, "..", "docs", "openapi.json"), text);
store.close();
