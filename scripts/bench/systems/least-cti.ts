import { join } from "node:path";
import { WebSocket } from "ws";
import { once } from "node:events";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { TemporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { TANDEM, type BenchContext } from "../bench.ts";
import type { ProbeOffer } from "../load/cti-probe.ts";
import { ROUTE_POINT, STATIC_PORT } from "./cti-system.ts";
import type { CtiSwitch, OpenDevice } from "./cti-switch.ts";
import { startService } from "./service-process.ts";
import { CALLEE_ADDRESS, PHONE_PORT, type SystemUnderTest } from "./system-under-test.ts";

const PROGRAMS = join(import.meta.dirname, "..", "programs");
const START_TIMEOUT_MS = 15_000;
const MAX_WAIT_MS = 10_000;

/**
 * Tandem's edge, call control that drachtio-srf makes in a hundred lines, and a server that hands lines on between that and
 * the application: what a switch of these parts takes before it knows devices, calls, media or recovery.
 */
export async function startLeastSwitch(context: BenchContext): Promise<CtiSwitch> {
  const { cleanup } = context;
  const directory = cleanup.add(new TemporaryDirectory("least"), (folder) => folder.close());
  const path = directory.join("control.sock");
  const edge = await startService(context, "edge");
  const program = (name: string, args: readonly string[]): ManagedProcess => {
    const all = ["--import", "tsx", join(PROGRAMS, name), ...args];
    return cleanup.add(new ManagedProcess({ command: process.execPath, args: all }), (running) =>
      running.stop().then(() => undefined),
    );
  };
  const callee = `sip:${CALLEE_ADDRESS}:${PHONE_PORT}`;
  const control = program("least-control.ts", [String(edge.wire.port), edge.wire.secret, callee, path]);
  await control.outputMatching(/^connected$/m, START_TIMEOUT_MS);
  const server = program("idle-hop.ts", ["server", path]);
  const [, port = ""] = await server.outputMatching(/^port (\d+)$/m, START_TIMEOUT_MS);
  const application = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false });
  cleanup.add(application, (socket) => {
    socket.terminate();
  });
  await once(application, "open", { signal: AbortSignal.timeout(MAX_WAIT_MS) });
  const open = (listener: (offer: ProbeOffer) => void): Promise<OpenDevice> => {
    const onEvent = (data: Buffer): void => listener(offerOf(data.toString("latin1").trim(), application));
    application.on("message", onEvent);
    return Promise.resolve({ close: () => Promise.resolve(void application.off("message", onEvent)) });
  };
  const system: SystemUnderTest = {
    name: TANDEM,
    sip: edge.sip,
    groups: [
      { name: "edge", pid: edge.pid, isAlone: true },
      { name: "control", pid: control.pid, isAlone: true },
      { name: "server", pid: server.pid, isAlone: true },
    ],
    close: async () => {
      await server.stop();
      await control.stop();
      await edge.close();
      directory.close();
    },
  };
  return {
    system,
    kinds: [
      {
        number: ROUTE_POINT.number,
        metrics: { event: ["event"], redirect: ["redirect"] },
        open: (probe) => open((offer) => probe.onOfferToRedirect(offer)),
      },
      {
        number: STATIC_PORT.number,
        metrics: { answer: ["answer"], transfer: ["transfer"] },
        open: (probe) => open((offer) => probe.onOfferToAnswer(offer)),
      },
    ],
    openDesk: open,
    close: async () => {
      application.terminate();
      await system.close();
    },
  };
}

function offerOf(line: string, application: WebSocket): ProbeOffer {
  const [id = "", caller = ""] = line.split(" ");
  const send = (verb: string): Promise<void> => Promise.resolve(application.send(`${verb} ${id}`));
  return {
    caller,
    answer: () => send("answer"),
    redirect: () => send("redirect"),
    transfer: () => send("transfer"),
  };
}
