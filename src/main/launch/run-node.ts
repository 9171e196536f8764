import { EXIT } from "../../admin/cli/exit-codes.ts";
import type { CliOutput } from "../../admin/cli/launcher.ts";
import { startNode } from "../node/start-node.ts";
import type { StartedNode, StartNodeOptions } from "../node/start-node-options.ts";
import { StopSignals } from "./stop-signals.ts";

/**
 * Runs a node in this process until it is stopped, by a signal or by a command; resolves to the exit code.
 * @throws {SwitchError} as `startNode`
 */
export async function runNode(
  options: StartNodeOptions,
  output: CliOutput,
  welcome: (node: StartedNode) => readonly string[],
): Promise<number> {
  const signals = new StopSignals(output);
  try {
    const node = await startNode({ ...options, onSupervised: (starting) => signals.bind(starting) });
    for (const line of welcome(node)) output.out(line);
    await node.stopped;
    output.out("stopped");
    return EXIT.ok;
  } finally {
    signals.close();
  }
}
