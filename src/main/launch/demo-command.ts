import { writeFileSync } from "node:fs";
import { isIPv4 } from "node:net";
import { errorCodeOf, errorMessageOf, RandomIds, SwitchError, SystemClock } from "../../common/index.ts";
import type { DemoCommand } from "../../admin/index.ts";
import { nodePaths, parseConfig } from "../../config/index.ts";
import { keptSecret, prepareDataDir } from "../node/data-dir.ts";
import { builtInProfilesDir } from "../node/package-root.ts";
import { resolveSettings } from "../node/resolve-settings.ts";
import { DEMO_ECHO_NUMBER, demoConfig, demoPhones, type DemoAddresses } from "./demo-config.ts";
import { addDemoCti } from "./demo-cti.ts";
import { demoSippScenario } from "./demo-sipp-scenario.ts";
import { demoWelcome } from "./demo-welcome.ts";
import { runNode } from "./run-node.ts";
import { chooseDataDir, type LaunchEnvironment } from "./start-command.ts";

/** `tandem demo`: a node that needs no configuration. */
export async function demoCommand(command: DemoCommand, environment: LaunchEnvironment): Promise<number> {
  if (!isIPv4(command.bind)) throw new SwitchError("bad-usage", `--bind ${command.bind}: expected an IPv4 address`);
  const addresses: DemoAddresses = { ...command, tlsPort: command.tlsPort ?? portAfter(command.sipPort) };
  const dataDir = chooseDataDir(command.dataDir, undefined, environment.defaultDataDir);
  const paths = nodePaths(dataDir);
  const ids = new RandomIds();
  prepareDataDir(paths);
  const phones = demoPhones(command.bind, () => keptSecret(paths.demoSecretFile, ids));
  const [caller] = phones;
  if (caller !== undefined)
    writeFileSync(paths.sippScenarioFile, demoSippScenario(caller, DEMO_ECHO_NUMBER), { mode: 0o600 });
  const config = JSON.stringify(demoConfig(addresses, phones));
  const loaded = parseConfig("the demo's configuration", config, dataDir, builtInProfilesDir);
  const starting = runNode(
    {
      settings: resolveSettings(loaded, dataDir),
      clock: new SystemClock(),
      ids,
      environment: environment.variables,
      report: (line) => environment.output.out(line),
      configure: (store) => addDemoCti(store, phones),
    },
    environment.output,
    () => [...demoWelcome(addresses, phones, paths.sippScenarioFile), "ready"],
  );
  try {
    return await starting;
  } catch (error) {
    if (errorCodeOf(error) !== "ports-taken") throw error;
    const message = `${errorMessageOf(error)}\nchoose others with --sip-port, --tls-port, --http-port and --cti-port`;
    throw new SwitchError("ports-taken", message, {}, { cause: error });
  }
}

function portAfter(sipPort: number): number {
  if (sipPort < 65_535) return sipPort + 1;
  throw new SwitchError(
    "bad-usage",
    `--sip-port ${sipPort}: there is none after it for TLS; choose it with --tls-port`,
  );
}
