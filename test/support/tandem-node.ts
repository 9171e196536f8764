import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ChannelClient, silentLogger, SystemClock } from "../../src/common/index.ts";
import type { TandemConfigInput } from "../../src/config/index.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-port.ts";
import { ManagedProcess } from "./managed-process.ts";
import { Metrics } from "./metrics.ts";
import { processesNaming, type RunningProcess } from "./node-processes.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

export type ServiceName = "edge" | "callmanager" | "media" | "ctimanager" | "admin";

/** What a service's channel answers to `hello`. */
export interface ServiceHello {
  readonly service: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly version: string;
  readonly state: "starting" | "ready" | "draining";
}

/** How to start a `TandemNode`. */
export interface TandemNodeOptions {
  /** Default: phones 1001 to 1010 with passwords `demo-<number>`. */
  readonly phones?: TandemConfigInput["phones"];
  readonly peers?: TandemConfigInput["peers"];
  readonly media?: TandemConfigInput["media"];
  readonly cti?: TandemConfigInput["cti"];
  /** Listeners besides UDP and TCP on `sip`, on free ports of loopback. */
  readonly moreListeners?: readonly ("tls" | "ws" | "wss")[];
  /** With a drachtio server it is that which has the SIP port. */
  readonly edge?: TandemConfigInput["edge"];
  readonly orphanGraceSeconds?: number;
  /** Options of Node itself, for the supervisor and its services. */
  readonly nodeOptions?: readonly string[];
  /** The command's file, where it is not that of dist. */
  readonly program?: string;
}

interface NodePorts {
  readonly sip: number;
  readonly http: number;
  readonly cti: number;
  readonly more: readonly number[];
}

const ROOT = join(import.meta.dirname, "..", "..");
const PROGRAM = join(ROOT, "dist", "main", "tandem.js");
const ADDRESS = "127.0.0.1";
/** Generous, for machines that have much else to do: a supervisor that ends is told at once, whatever this is. */
const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;

/** Gauges that are zero when no call is up. */
export const CALL_GAUGES = [
  "tandem_calls",
  "tandem_sip_dialogs",
  "tandem_media_sessions",
  "tandem_media_ports_in_use",
] as const;

/** A node as its operator runs it: the built CLI as a process, on free loopback ports, with a data-dir of its own. */
export class TandemNode {
  /** `127.0.0.1:port` of SIP over UDP and TCP. */
  readonly sip: string;
  readonly sipPort: number;
  readonly http: string;
  /** Where CTI applications connect. */
  readonly cti: string;
  /** Ports of `moreListeners`, in their order. */
  readonly morePorts: readonly number[];
  readonly dataDir: string;
  /** Time from the command to `ready`. */
  startMs = 0;
  readonly #directory: TemporaryDirectory;
  readonly #args: readonly string[];
  #supervisor: ManagedProcess;

  private constructor(
    directory: TemporaryDirectory,
    args: readonly string[],
    supervisor: ManagedProcess,
    ports: NodePorts,
  ) {
    this.#directory = directory;
    this.#args = args;
    this.#supervisor = supervisor;
    this.dataDir = directory.join("data");
    this.sipPort = ports.sip;
    this.sip = `${ADDRESS}:${ports.sip}`;
    this.morePorts = ports.more;
    this.cti = `ws://${ADDRESS}:${ports.cti}/cti`;
    this.http = `http://${ADDRESS}:${ports.http}`;
  }

  /** Starts a node from a configuration file and waits until it is ready. */
  static async start(options: TandemNodeOptions = {}): Promise<TandemNode> {
    const directory = new TemporaryDirectory("tandem");
    const more: number[] = [];
    for (const _ of options.moreListeners ?? []) more.push(await freePort(ADDRESS));
    const ports: NodePorts = {
      sip: await freePort(ADDRESS),
      http: await freePort(ADDRESS),
      cti: await freePort(ADDRESS),
      more,
    };
    const file = directory.join("tandem.yaml");
    writeFileSync(file, JSON.stringify(configurationOf(options, ports)));
    const args = ["start", "--config", file, "--data-dir", directory.join("data")];
    return TandemNode.#launch(directory, args, ports, options);
  }

  /** Starts the demo, by default on free ports, and waits until it is ready. */
  static async demo(ports?: { readonly sip: number; readonly http: number }): Promise<TandemNode> {
    const directory = new TemporaryDirectory("tandem");
    const chosen = ports ?? { sip: await freePort(ADDRESS), http: await freePort(ADDRESS) };
    const args = ["demo", "--data-dir", directory.join("data")];
    const cti = ports === undefined ? await freePort(ADDRESS) : 2_748;
    const tls = ports === undefined ? await freePort(ADDRESS) : chosen.sip + 1;
    if (ports === undefined) {
      args.push("--sip-port", String(chosen.sip), "--tls-port", String(tls), "--http-port", String(chosen.http));
      args.push("--cti-port", String(cti));
    }
    return TandemNode.#launch(directory, args, { ...chosen, cti, more: [tls] });
  }

  static async #launch(
    directory: TemporaryDirectory,
    args: readonly string[],
    ports: NodePorts,
    options: Pick<TandemNodeOptions, "nodeOptions" | "program"> = {},
  ): Promise<TandemNode> {
    const node = new TandemNode(directory, args, tandem(args, {}, options), ports);
    try {
      await node.#ready();
      return node;
    } catch (error) {
      await node.destroy();
      throw error;
    }
  }

  /** What the supervisor printed. */
  get output(): string {
    return this.#supervisor.output;
  }

  get supervisorPid(): number {
    return this.#supervisor.pid;
  }

  /** A phone's account on this node, with the password that `TandemNodeOptions.phones` has by default. */
  account(user: string): { readonly user: string; readonly server: string; readonly password: string } {
    return { user, server: this.sip, password: `demo-${user}` };
  }

  /** The certificate that the node made for itself. */
  get certificate(): string {
    return join(this.dataDir, "state", "tls-certificate.pem");
  }

  /** Asks a service, or the supervisor, over its channel. @param timeoutMs default: the channel's @throws {ChannelError} */
  async ask(
    service: ServiceName | "supervisor",
    method: string,
    params?: unknown,
    timeoutMs?: number,
  ): Promise<unknown> {
    const client = new ChannelClient({
      path: join(this.dataDir, "run", `${service}-1.sock`),
      clock: new SystemClock(),
      logger: silentLogger,
    });
    try {
      await client.connectOnce();
      return await client.request(method, params, timeoutMs);
    } finally {
      client.close();
    }
  }

  async hello(service: ServiceName): Promise<ServiceHello> {
    return (await this.ask(service, "hello")) as ServiceHello;
  }

  /** Kills a service with SIGKILL. @returns the process id that it had */
  async killService(service: ServiceName): Promise<number> {
    const { pid } = await this.hello(service);
    process.kill(pid, "SIGKILL");
    return pid;
  }

  /** Kills the supervisor with SIGKILL and waits until it is gone; the services go on. */
  async killSupervisor(): Promise<void> {
    await this.#supervisor.kill();
  }

  /** Starts a supervisor again, with the same command, and waits until it is ready. */
  async startSupervisor(): Promise<void> {
    this.#supervisor = tandem(this.#args);
    await this.#ready();
  }

  /** Waits until a service runs in another process than `formerPid` and is ready. */
  serviceAgain(service: ServiceName, formerPid: number, timeoutMs: number): Promise<ServiceHello> {
    return eventually(
      async () => {
        const hello = await this.hello(service);
        if (hello.pid !== formerPid && hello.state === "ready") return hello;
        throw new Error(`${service} is ${hello.state} in process ${hello.pid}`);
      },
      { timeoutMs, intervalMs: 20 },
    );
  }

  /** The metrics page. */
  async metrics(): Promise<Metrics> {
    const response = await fetch(`${this.http}/metrics`);
    if (!response.ok) throw new Error(`/metrics: ${response.status} ${await response.text()}`);
    return new Metrics(await response.text());
  }

  /** Waits until every gauge is zero. @throws {Error} that names those that are not */
  async zero(gauges: readonly string[], timeoutMs: number): Promise<Metrics> {
    return eventually(
      async () => {
        const metrics = await this.metrics();
        const left = gauges.filter((name) => metrics.sum(name) !== 0);
        if (left.length === 0) return metrics;
        throw new Error(`left over: ${left.map((name) => `${name} ${metrics.sum(name)}`).join(", ")}`);
      },
      { timeoutMs, intervalMs: 200 },
    );
  }

  /** The processes of this node that run now, supervisor included. */
  processes(): RunningProcess[] {
    return processesNaming(this.dataDir);
  }

  /**
   * Ends the node in order; one whose supervisor was killed is only cleaned up.
   * @throws {Error} when the supervisor fails, is too slow, or a process is left
   */
  async stop(): Promise<void> {
    if (!this.#supervisor.running) return this.destroy();
    try {
      await this.pause();
    } finally {
      await this.destroy();
    }
  }

  /**
   * Ends the node in order and leaves its files, for `startSupervisor` to start it again.
   * @throws {Error} when the supervisor fails, is too slow, or a process is left
   */
  async pause(): Promise<void> {
    this.#supervisor.signal("SIGTERM");
    const exit = await this.#supervisor.exited(STOP_TIMEOUT_MS);
    const left = this.processes();
    if (left.length > 0) throw new Error(`left after an ordered stop: ${JSON.stringify(left)}`);
    if (exit.code !== 0) throw new Error(`the supervisor ended with ${exit.signal ?? exit.code}:\n${this.output}`);
  }

  /** Kills whatever runs and removes the files; may be called twice. */
  async destroy(): Promise<void> {
    await this.#supervisor.kill();
    for (let attempt = 0; attempt < 50 && this.processes().length > 0; attempt += 1) {
      for (const { pid } of this.processes()) tryKill(pid);
      await delay(20);
    }
    this.#directory.close();
  }

  async #ready(): Promise<void> {
    const calledAtMs = performance.now();
    await this.#supervisor.outputMatching(/^ready\b/m, START_TIMEOUT_MS);
    this.startMs = Math.round(performance.now() - calledAtMs);
  }
}

/** Runs the built `tandem` command, or another `program` in its place. */
export function tandem(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { nodeOptions = [], program = PROGRAM }: Pick<TandemNodeOptions, "nodeOptions" | "program"> = {},
): ManagedProcess {
  return new ManagedProcess({ command: process.execPath, args: [...nodeOptions, program, ...args], cwd: ROOT, env });
}

function configurationOf(options: TandemNodeOptions, ports: NodePorts): TandemConfigInput {
  return {
    node: { orphanGraceSeconds: options.orphanGraceSeconds ?? 10 },
    ...(options.edge === undefined ? {} : { edge: options.edge }),
    sip:
      options.edge?.kind === "drachtio"
        ? {}
        : {
            listen: [
              { transport: "udp", address: ADDRESS, port: ports.sip },
              { transport: "tcp", address: ADDRESS, port: ports.sip },
              ...(options.moreListeners ?? []).map((transport, index) => {
                return { transport, address: ADDRESS, port: ports.more[index] ?? 0 };
              }),
            ],
          },
    http: { address: ADDRESS, port: ports.http },
    cti: { listen: [{ transport: "ws", address: ADDRESS, port: ports.cti }], ...options.cti },
    media: options.media ?? {},
    call: { endpoints: { "9196": "echo", "9197": "demo" } },
    phones: options.phones ?? demoPhones(),
    peers: options.peers ?? [],
  };
}

function demoPhones(): NonNullable<TandemConfigInput["phones"]> {
  return Array.from({ length: 10 }, (_, index) => {
    const number = String(1001 + index);
    return { name: `phone-${number}`, number, password: `demo-${number}` };
  });
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended in between.
  }
}
