import { ChannelClient, silentLogger, type Clock } from "../../common/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
import { isProcessAlive } from "../host/process-info.ts";
import type { RunningService } from "../node/running-services.ts";
import type { StopPurpose } from "../service/service-part.ts";

/** Groups of services that are stopped one after the other: call control ends its calls while edge and relay live. */
export const STOP_ORDER = [["admin", "ctimanager", "callmanager"], ["edge"], ["media"]] as const;

const DEADLINE_MS = 8_000;
const POLL_MS = 20;

/** Stops services that have no supervisor, in order; what does not stop in time is killed. */
export async function stopServices(
  running: readonly RunningService[],
  purpose: StopPurpose,
  paths: NodePaths,
  clock: Clock,
): Promise<void> {
  for (const group of STOP_ORDER) {
    const services = running.filter(({ name }) => (group as readonly string[]).includes(name));
    await Promise.all(services.map((service) => stopService(service, purpose, paths.socket(service.name), clock)));
  }
}

async function stopService(service: RunningService, purpose: StopPurpose, path: string, clock: Clock): Promise<void> {
  const { pid, startMark } = service;
  if (service.hello === undefined || !(await askToStop(path, purpose, clock))) signal(pid, startMark, "SIGTERM");
  if (await hasEnded(service, clock, service.hello === undefined ? 1_000 : DEADLINE_MS)) return;
  signal(pid, startMark, "SIGKILL");
  await hasEnded(service, clock, DEADLINE_MS);
}

async function askToStop(path: string, purpose: StopPurpose, clock: Clock): Promise<boolean> {
  const channel = new ChannelClient({ path, clock, logger: silentLogger });
  try {
    await channel.connectOnce();
    await channel.request("stop", { purpose });
    return true;
  } catch {
    return false;
  } finally {
    channel.close();
  }
}

async function hasEnded({ pid, startMark }: RunningService, clock: Clock, withinMs: number): Promise<boolean> {
  const deadlineMs = clock.nowMs() + withinMs;
  while (isProcessAlive(pid, startMark)) {
    if (clock.nowMs() > deadlineMs) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}

function signal(pid: number, startMark: string, name: NodeJS.Signals): void {
  if (isProcessAlive(pid, startMark)) process.kill(pid, name);
}
