import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { ManagedProcess } from "../../../test/support/managed-process.ts";
import { TemporaryDirectory } from "../../../test/support/temporary-directory.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { median, percentile, roundTo } from "../results/statistics.ts";

const PROGRAM = fileURLToPath(new URL("../programs/idle-hop.ts", import.meta.url));
const ADDRESS = "127.0.0.1";
const START_TIMEOUT_MS = 15_000;
const WARM_UP = { rate: 200, seconds: 10 };
/** As in the bench `cti`. */
const LOW_RATE = { rate: 20, seconds: 10 };
/** Octets of an INVITE with its description, and of a command of the SDK. */
const INVITE_BYTES = 600;
const COMMAND_BYTES = 300;
const REST_MS = 500;

/** From the wire to an application and back through processes that do nothing: less than this no node can take. */
export const ctiHops: Bench = {
  name: "cti-hops",
  about: "the way of an event and of a command through three processes that only hand on what comes",
  estimateSeconds: ({ runs }) => 5 + WARM_UP.seconds + runs * LOW_RATE.seconds,
  run: measureHops,
};

interface Way {
  readonly caller: Socket;
  readonly callee: Socket;
  readonly application: WebSocket;
  readonly edgePort: number;
}

interface HopTimes {
  readonly event: number[];
  readonly command: number[];
}

async function measureHops(context: BenchContext): Promise<Measured[]> {
  const way = await startWay(context);
  await measure(way, WARM_UP);
  const runs: HopTimes[] = [];
  for (let run = 0; run < context.options.runs; run += 1) runs.push(await measure(way, LOW_RATE));
  const figure = (moment: keyof HopTimes, percent: number): Measured => ({
    bench: "cti-hops",
    system: TANDEM,
    metric: `${moment} p${percent}`,
    value: roundTo(median(runs.map((times) => percentile(times[moment], percent / 100)))),
    unit: "ms",
  });
  return [figure("event", 50), figure("event", 99), figure("command", 50), figure("command", 99)];
}

async function startWay(context: BenchContext): Promise<Way> {
  const { cleanup } = context;
  const directory = cleanup.add(new TemporaryDirectory("cti-hops"), (folder) => folder.close());
  const path = directory.join("middle.sock");
  const start = async (args: readonly string[], pattern: RegExp): Promise<number> => {
    const hop = new ManagedProcess({ command: process.execPath, args: ["--import", "tsx", PROGRAM, ...args] });
    cleanup.add(hop, (running) => running.stop().then(() => undefined));
    const [, port = "0"] = await hop.outputMatching(pattern, START_TIMEOUT_MS);
    return Number(port);
  };
  const [caller, callee] = await Promise.all([boundSocket(context), boundSocket(context)]);
  await start(["middle", path], /^ready$/m);
  const edgePort = await start(["edge", path, String(callee.address().port)], /^port (\d+)$/m);
  const serverPort = await start(["server", path], /^port (\d+)$/m);
  const application = cleanup.add(new WebSocket(`ws://${ADDRESS}:${serverPort}`), (socket) => {
    socket.terminate();
  });
  await once(application, "open");
  return { caller, callee, application, edgePort };
}

async function boundSocket({ cleanup }: BenchContext): Promise<Socket> {
  const socket = cleanup.add(createSocket("udp4"), (each) => {
    each.close();
  });
  socket.bind(0, ADDRESS);
  await once(socket, "listening");
  return socket;
}

/** Each message that reaches the application is answered by a command at once. */
async function measure(
  { caller, callee, application, edgePort }: Way,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<HopTimes> {
  const times: HopTimes = { event: [], command: [] };
  const sentMs = new Map<string, number>();
  const commandedMs = new Map<string, number>();
  const onEvent = (data: Buffer): void => {
    const id = idIn(data);
    const nowMs = performance.now();
    times.event.push(nowMs - (sentMs.get(id) ?? nowMs));
    commandedMs.set(id, performance.now());
    application.send(id.padEnd(COMMAND_BYTES));
  };
  const onCommand = (data: Buffer): void => {
    const nowMs = performance.now();
    times.command.push(nowMs - (commandedMs.get(idIn(data)) ?? nowMs));
  };
  application.on("message", onEvent);
  callee.on("message", onCommand);
  for (let made = 0; made < rate * seconds; made += 1) {
    sentMs.set(String(made), performance.now());
    caller.send(Buffer.from(String(made).padEnd(INVITE_BYTES)), edgePort, ADDRESS);
    await delay(1_000 / rate);
  }
  await delay(REST_MS);
  application.off("message", onEvent);
  callee.off("message", onCommand);
  if (times.command.length < rate * seconds)
    throw new Error(`${times.command.length} of ${rate * seconds} came through`);
  return times;
}

function idIn(data: Buffer): string {
  return data.toString("latin1").trim();
}
