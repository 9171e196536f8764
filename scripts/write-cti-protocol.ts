// Writes all that is made from the schemas of the CTI protocol anew; a test keeps it current.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { MADE_FOLDERS, protocolFiles } from "./protocol/protocol-files.ts";

const root = join(import.meta.dirname, "..");
const files = await protocolFiles();
for (const folder of MADE_FOLDERS) {
  const path = join(root, folder);
  const kept = existsSync(path) ? readdirSync(path) : [];
  for (const name of kept) if (!(`${folder}/${name}` in files)) rmSync(join(path, name));
}
for (const [name, contents] of Object.entries(files)) {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
