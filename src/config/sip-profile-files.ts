import { readdirSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { errorMessageOf } from "../common/index.ts";
import { check } from "./check.ts";
import type { ConfigProblem } from "./config-error.ts";
import { readYamlSource } from "./read-yaml-source.ts";
import { sipProfileFile, type SipProfileConfig } from "./sip-profile.ts";

/** Profiles by name, `undefined` where the file is faulty, and what is wrong with the files. */
export interface SipProfileFiles {
  readonly profiles: ReadonlyMap<string, SipProfileConfig | undefined>;
  readonly problems: readonly ConfigProblem[];
}

const MAX_PROFILES = 1_000;

/** Reads every `*.yaml` of the folders; a profile is named for its file. */
export function loadSipProfiles(folders: readonly string[]): SipProfileFiles {
  const profiles = new Map<string, SipProfileConfig | undefined>();
  const problems: ConfigProblem[] = [];
  const places = new Map<string, string>();
  for (const folder of folders) {
    const names = listYamlFiles(folder);
    if (!Array.isArray(names)) {
      problems.push(names);
      continue;
    }
    for (const fileName of names) {
      const file = join(folder, fileName);
      const name = basename(fileName, extname(fileName));
      const place = places.get(name);
      if (place !== undefined) problems.push({ file, path: "", reason: `profile ${name} is also ${place}` });
      places.set(name, file);
      const profile = loadSipProfile(file, problems);
      profiles.set(name, profile === undefined ? undefined : { ...profile, name });
    }
  }
  return { profiles, problems };
}

function loadSipProfile(file: string, problems: ConfigProblem[]): Omit<SipProfileConfig, "name"> | undefined {
  const source = readYamlSource(file);
  const checked = source.ok ? check(sipProfileFile, source.value) : source;
  if (checked.ok) return checked.value;
  problems.push(...checked.problems);
  return undefined;
}

function listYamlFiles(folder: string): string[] | ConfigProblem {
  try {
    const names = readdirSync(folder).filter((name) => [".yaml", ".yml"].includes(extname(name)));
    if (names.length <= MAX_PROFILES) return names.sort();
    return { file: folder, path: "", reason: `has ${names.length} profiles; at most ${MAX_PROFILES} are allowed` };
  } catch (error) {
    return { file: folder, path: "", reason: `SIP profiles cannot be read: ${errorMessageOf(error)}` };
  }
}
