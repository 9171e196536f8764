import { errorCodeOf, type Clock } from "../../common/index.ts";
import type { SupervisedService, SupervisorHello } from "../control/control-types.ts";
import { EXIT } from "./exit-codes.ts";
import type { FoundNode } from "./find-node.ts";
import type { CliOutput, Launcher } from "./launcher.ts";

const RESTART_TIMEOUT_MS = 40_000;
const STOP_TIMEOUT_MS = 60_000;
const STOP_POLL_MS = 50;

/** `tandem service restart NAME` */
export async function restartService(node: FoundNode, name: string, output: CliOutput): Promise<number> {
  if (!node.hasSupervisor) {
    output.err("the supervisor is gone, and it is what restarts services: run `tandem start` again first");
    return EXIT.unavailable;
  }
  const answer = await node.caller.call("supervisor", "restart", { name }, RESTART_TIMEOUT_MS);
  output.out(`${name} is ready again, process ${(answer as SupervisedService).pid}`);
  return EXIT.ok;
}

/** `tandem stop`: resolves when nothing of the node runs any more. */
export async function stopNode(
  node: FoundNode,
  launcher: Launcher,
  { output, clock }: { readonly output: CliOutput; readonly clock: Clock },
): Promise<number> {
  if (!node.hasSupervisor) {
    const names = await launcher.stopOrphans(node.dataDir);
    if (names.length === 0) {
      output.err(`nothing was stopped: what answers in ${node.dataDir} is no service of this node`);
      return EXIT.failed;
    }
    output.out(`stopped services that ran without a supervisor: ${names.join(", ")}`);
    return EXIT.ok;
  }
  const hello = (await node.caller.call("supervisor", "stop")) as SupervisorHello;
  const deadlineMs = clock.nowMs() + STOP_TIMEOUT_MS;
  while (await isAnswering(node)) {
    if (clock.nowMs() > deadlineMs) {
      output.err(`supervisor process ${hello.pid} did not stop within ${STOP_TIMEOUT_MS / 1_000} seconds`);
      return EXIT.failed;
    }
    await new Promise((resolve) => setTimeout(resolve, STOP_POLL_MS));
  }
  output.out(`stopped ${hello.node}`);
  return EXIT.ok;
}

async function isAnswering(node: FoundNode): Promise<boolean> {
  try {
    await node.caller.call("supervisor", "hello");
    return true;
  } catch (error) {
    return errorCodeOf(error) !== "not-connected";
  }
}
