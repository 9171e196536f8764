import { ChannelClient, silentLogger, SwitchError, SystemClock } from "../../common/index.ts";
import type { ServiceHello } from "../../admin/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";

/**
 * There is at most one process of a service in a node: two would write the same files.
 * @throws {SwitchError} `already-running`, which says who is there
 */
export async function refuseSecond(name: string, paths: NodePaths): Promise<void> {
  const channel = new ChannelClient({ path: paths.socket(name), clock: new SystemClock(), logger: silentLogger });
  try {
    await channel.connectOnce();
  } catch {
    return;
  }
  try {
    const hello = (await channel.request("hello").catch(() => undefined)) as ServiceHello | undefined;
    throw new SwitchError("already-running", `${whoIs(name, hello)} in ${paths.dataDir}`, { pid: hello?.pid });
  } finally {
    channel.close();
  }
}

function whoIs(name: string, hello: ServiceHello | undefined): string {
  if (hello === undefined) return `${name} runs already, and does not answer,`;
  const { pid, startedAtMs } = hello;
  return `${name} runs already, process ${pid}, since ${new Date(startedAtMs).toISOString()},`;
}
