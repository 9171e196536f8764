import { freePort } from "../../../test/support/free-port.ts";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { TemporaryDirectory } from "../../../test/support/temporary-directory.ts";
import type { BenchContext } from "../bench.ts";
import { startApplication } from "./edge-system.ts";
import { findProgram } from "./find-program.ts";
import type { SystemUnderTest } from "./system-under-test.ts";

const ADDRESS = "127.0.0.1";
const SECRET = "bench";

/** The drachtio server under the same application as the edge. */
export async function startDrachtio(context: BenchContext): Promise<SystemUnderTest> {
  const { cleanup } = context;
  const directory = cleanup.add(new TemporaryDirectory("drachtio"), (folder) => folder.close());
  const sip = `${ADDRESS}:${await freePort()}`;
  const port = await freePort();
  const wire = ["--address", ADDRESS, "--port", String(port), "--secret", SECRET];
  const args = ["--noconfig", "--stdout", "--loglevel", "error", ...wire, "--contact", `sip:${sip};transport=udp`];
  const server = cleanup.add(
    new ManagedProcess({ command: findProgram("drachtio") ?? "drachtio", args, cwd: directory.path }),
    (running) => running.stop(5_000).then(() => undefined),
  );
  // drachtio-srf tries again until the server listens.
  const application = await startApplication(context, { port, secret: SECRET });
  return {
    name: "drachtio",
    sip,
    groups: [
      { name: "edge", pid: server.pid },
      { name: "application", pid: application.pid, isAlone: true },
    ],
    close: async () => {
      await application.stop();
      await server.stop(5_000);
      directory.close();
    },
  };
}
