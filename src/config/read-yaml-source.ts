import { readFileSync, statSync } from "node:fs";
import { errorCodeOf, errorMessageOf } from "../common/index.ts";
import type { Checked } from "./check.ts";
import { parseYamlSource, type YamlSource } from "./yaml-source.ts";

const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** Reads and parses a YAML file of at most 64 MiB; faults of the YAML are found by `check`. */
export function readYamlSource(file: string): Checked<YamlSource> {
  const refused = (reason: string): Checked<YamlSource> => ({ ok: false, problems: [{ file, path: "", reason }] });
  try {
    const { size } = statSync(file);
    if (size > MAX_FILE_BYTES) return refused(`is larger than ${MAX_FILE_BYTES} bytes`);
    return { ok: true, value: parseYamlSource(file, readFileSync(file, "utf8")) };
  } catch (error) {
    return refused(errorCodeOf(error) === "ENOENT" ? "there is no such file" : errorMessageOf(error));
  }
}
