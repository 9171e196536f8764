import { resolve } from "node:path";
import { RandomIds, SwitchError, SystemClock } from "../../common/index.ts";
import type { CliOutput, StartCommand } from "../../admin/index.ts";
import { dataDirFault, loadConfig, type LoadedConfig } from "../../config/index.ts";
import { builtInProfilesDir } from "../node/package-root.ts";
import { resolveSettings } from "../node/resolve-settings.ts";
import { runNode } from "./run-node.ts";
import { startDetached } from "./start-detached.ts";

/** `tandem start`: loads and checks the configuration, then runs the node in this process or a new one. */
export async function startCommand(command: StartCommand, environment: LaunchEnvironment): Promise<number> {
  const loaded = loadConfig(command.configFile, builtInProfilesDir);
  const dataDir = chooseDataDir(command.dataDir, loaded, environment.defaultDataDir);
  if (command.detach) return startDetached({ configFile: command.configFile, dataDir, ...environment });
  return runNode(
    {
      settings: resolveSettings(loaded, dataDir),
      clock: new SystemClock(),
      ids: new RandomIds(),
      environment: environment.variables,
      report: (line) => environment.output.out(line),
    },
    environment.output,
    (node) => [`${loaded.config.node.name} in ${node.paths.dataDir}`, "ready"],
  );
}

/** What starting commands know of where they run. */
export interface LaunchEnvironment {
  readonly output: CliOutput;
  readonly defaultDataDir: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** @throws {SwitchError} `bad-usage` when the folder's name cannot be used */
export function chooseDataDir(option: string | undefined, loaded: LoadedConfig | undefined, usual: string): string {
  const dataDir = option === undefined ? (loaded?.config.node.dataDir ?? usual) : resolve(option);
  const fault = dataDirFault(dataDir);
  if (fault !== undefined) throw new SwitchError("bad-usage", `data-dir: ${fault}`);
  return dataDir;
}
