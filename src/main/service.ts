import { errorCodeOf, errorMessageOf } from "../common/index.ts";
import { EXIT } from "../admin/cli/exit-codes.ts";
import { NODE_FILE_OPTION } from "./node/node-file.ts";
import { runService } from "./service/run-service.ts";
import type { CreatePart } from "./service/service-part.ts";

/** Each service loads its own code only. */
const parts: Readonly<Record<string, () => Promise<CreatePart>>> = {
  edge: async () => (await import("./service/edge-part.ts")).createEdgePart,
  media: async () => (await import("./service/media-part.ts")).createMediaPart,
  callmanager: async () => (await import("./service/callmanager-part.ts")).createCallManagerPart,
  ctimanager: async () => (await import("./service/ctimanager-part.ts")).createCtiManagerPart,
  admin: async () => (await import("./service/admin-part.ts")).createAdminPart,
};

const [name = "", option, nodeFile = ""] = process.argv.slice(2);
const part = parts[name];
if (part === undefined || option !== NODE_FILE_OPTION || nodeFile === "") {
  process.stderr.write(`usage: service ${Object.keys(parts).join("|")} ${NODE_FILE_OPTION} FILE\n`);
  process.exit(EXIT.usage);
}
try {
  await runService(name, nodeFile, part);
} catch (error) {
  process.stderr.write(`${name}: ${errorMessageOf(error)}\n`);
  process.exit(errorCodeOf(error) === "already-running" ? EXIT.unavailable : EXIT.badConfig);
}
