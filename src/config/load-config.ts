import { dirname, resolve } from "node:path";
import { certificateFaults } from "./certificate-rules.ts";
import { check } from "./check.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { edgeFaults } from "./edge-rules.ts";
import { inventoryFaults } from "./inventory-rules.ts";
import { listenerFaults } from "./listener-rules.ts";
import { draftOf, wholeDraft, type ConfigDraft } from "./draft.ts";
import type { Fault } from "./fault.ts";
import { readYamlSource } from "./read-yaml-source.ts";
import { loadSipProfiles, type SipProfileFiles } from "./sip-profile-files.ts";
import type { SipProfileConfig } from "./sip-profile.ts";
import { tandemConfig, type TandemConfig } from "./tandem-config.ts";
import { parseYamlSource, type YamlSource } from "./yaml-source.ts";

/** A configuration that can be used: each rule holds, paths are absolute. */
export interface LoadedConfig {
  readonly config: TandemConfig;
  readonly profiles: ReadonlyMap<string, SipProfileConfig>;
}

/**
 * Reads a configuration file and the SIP profiles, and checks all of it, certificate files included.
 * @param builtInProfilesDir folder of the profiles that come with Tandem
 * @throws {ConfigError} with every problem, in the order of files and lines
 */
export function loadConfig(file: string, builtInProfilesDir: string): LoadedConfig {
  const source = readYamlSource(file);
  if (!source.ok) throw new ConfigError(source.problems);
  return checkConfig(source.value, dirname(resolve(file)), builtInProfilesDir, certificateFaults);
}

/** As `loadConfig`, of text and without looking at certificate files; `name` stands for the file in problems, relative paths start at `folder`. */
export function parseConfig(name: string, text: string, folder: string, builtInProfilesDir: string): LoadedConfig {
  return checkConfig(parseYamlSource(name, text), folder, builtInProfilesDir);
}

function checkConfig(
  source: YamlSource,
  folder: string,
  builtInProfilesDir: string,
  fileFaults: (draft: ConfigDraft, folder: string) => Fault[] = () => [],
): LoadedConfig {
  const checked = check(tandemConfig, source);
  const draft = checked.ok ? wholeDraft(checked.value) : draftOf(source.value);
  const ownProfilesDir = draft.sipProfilesDir;
  const folders = [builtInProfilesDir, ...(ownProfilesDir === undefined ? [] : [resolve(folder, ownProfilesDir)])];
  const files = loadSipProfiles(folders);
  const faults = [
    ...nodeFaults(draft, folder),
    ...listenerFaults(draft),
    ...edgeFaults(draft, source.value),
    ...inventoryFaults(draft, files.profiles),
    ...fileFaults(draft, folder),
  ];
  const problems = [
    ...(checked.ok ? [] : checked.problems),
    ...faults.map(({ path, reason }) => source.problemAt(path, reason)),
  ];
  const all = [...problems.sort(byPlace), ...files.problems];
  if (all.length > 0 || !checked.ok) throw new ConfigError(all);
  return { config: withAbsolutePaths(checked.value, folder), profiles: usable(files.profiles) };
}

function usable(profiles: SipProfileFiles["profiles"]): LoadedConfig["profiles"] {
  return new Map([...profiles].flatMap(([name, profile]) => (profile === undefined ? [] : [[name, profile]])));
}

function withAbsolutePaths(config: TandemConfig, folder: string): TandemConfig {
  const { node, sip, sipProfilesDir } = config;
  return {
    ...config,
    sip: { ...sip, tls: withAbsoluteFiles(sip.tls, folder) },
    node: node.dataDir === undefined ? node : { ...node, dataDir: resolve(folder, node.dataDir) },
    ...(sipProfilesDir === undefined ? {} : { sipProfilesDir: resolve(folder, sipProfilesDir) }),
  };
}

function withAbsoluteFiles(tls: TandemConfig["sip"]["tls"], folder: string): TandemConfig["sip"]["tls"] {
  const { certificate, key, ca, hosts } = tls;
  return {
    ...tls,
    certificate: certificate === undefined ? undefined : resolve(folder, certificate),
    key: key === undefined ? undefined : resolve(folder, key),
    ca: ca === undefined ? undefined : resolve(folder, ca),
    hosts: hosts.map((host) => {
      return { name: host.name, certificate: resolve(folder, host.certificate), key: resolve(folder, host.key) };
    }),
  };
}

function nodeFaults({ node }: ConfigDraft, folder: string): Fault[] {
  const reason = node?.dataDir === undefined ? undefined : dataDirFault(resolve(folder, node.dataDir));
  return reason === undefined ? [] : [{ path: ["node", "dataDir"], reason }];
}

/** Longest data-dir in bytes: `/run/callmanager-1.sock` must fit into a socket path with it. */
const MAX_DATA_DIR_BYTES = 74;

/** Why a folder cannot be a data-dir, by its name alone. */
export function dataDirFault(dataDir: string): string | undefined {
  const length = Buffer.byteLength(dataDir);
  if (length <= MAX_DATA_DIR_BYTES) return undefined;
  return `${dataDir} has ${length} bytes; at most ${MAX_DATA_DIR_BYTES} leave room for the paths of sockets`;
}

function byPlace(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
