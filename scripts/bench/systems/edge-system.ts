import { join } from "node:path";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { TANDEM, type BenchContext } from "../bench.ts";
import { startService } from "./service-process.ts";
import { CALLEE_ADDRESS, PHONE_PORT, type SystemUnderTest } from "./system-under-test.ts";

const APPLICATION = join(import.meta.dirname, "..", "programs", "b2bua-application.ts");
const START_TIMEOUT_MS = 10_000;

/** The edge with a minimal application. */
export interface EdgeSystem extends SystemUnderTest {
  readonly edgePid: number;
  /** Of the edge's control channel. */
  readonly socket: string;
}

/** The edge alone, in a process from dist, under the smallest back-to-back user agent of drachtio-srf. @param nodeOptions for the edge */
export async function startEdge(context: BenchContext, nodeOptions: readonly string[] = []): Promise<EdgeSystem> {
  const edge = await startService(context, "edge", {}, nodeOptions);
  const application = await startApplication(context, edge.wire);
  return {
    name: TANDEM,
    sip: edge.sip,
    edgePid: edge.pid,
    socket: edge.socket,
    groups: [
      { name: "edge", pid: edge.pid, isAlone: true },
      { name: "application", pid: application.pid, isAlone: true },
    ],
    close: async () => {
      await application.stop();
      await edge.close();
    },
  };
}

/** Starts the application and waits until it is connected to the server of the drachtio wire protocol. */
export async function startApplication(
  { cleanup }: BenchContext,
  { port, secret }: { readonly port: number; readonly secret: string },
): Promise<ManagedProcess> {
  const callee = `sip:${CALLEE_ADDRESS}:${PHONE_PORT}`;
  const args = ["--import", "tsx", APPLICATION, String(port), secret, callee];
  const application = cleanup.add(new ManagedProcess({ command: process.execPath, args }), (running) =>
    running.stop().then(() => undefined),
  );
  await application.outputMatching(/^connected/m, START_TIMEOUT_MS);
  return application;
}
