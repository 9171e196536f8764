import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RandomIds, SystemClock, type Logger } from "../../../src/common/index.ts";
import { SipEdge } from "../../../src/sip/index.ts";
import { eventually } from "../../support/eventually.ts";
import { ManagedProcess } from "../../support/managed-process.ts";
import type { ComposeServices, EdgeService, SippService } from "./compose-file.ts";
import { addHost, hostsFile, scenariosFolder } from "./network-names.ts";

/** What a drachtio server takes when it is not told another secret; the package's config/test.json presents it. */
const SECRET = "cymru";
const SIP_PORT = 5060;
const READY_WITHIN_MS = 10_000;

/** How to start a `Testbed`. */
export interface TestbedOptions {
  readonly services: ComposeServices;
  /** Has `hosts`, which is the network's hosts file, and `scenarios`. */
  readonly folder: string;
  readonly logger: Logger;
}

/** The services of the compose file: an embedded edge for each drachtio server, and the SIPp servers. */
export class Testbed {
  readonly #options: TestbedOptions;
  readonly #edges: SipEdge[] = [];
  readonly #servers: { readonly service: SippService; readonly process: ManagedProcess }[] = [];

  private constructor(options: TestbedOptions) {
    this.#options = options;
  }

  /** @throws {Error} when a service does not come up in time */
  static async start(options: TestbedOptions): Promise<Testbed> {
    const testbed = new Testbed(options);
    try {
      await testbed.#start();
      return testbed;
    } catch (error) {
      await testbed.close();
      throw error;
    }
  }

  /** What the SIPp servers noted about messages that they did not expect. */
  complaints(): string[] {
    return this.#servers.flatMap(({ service }) => {
      const text = readIfThere(this.#errorFile(service));
      const events = text.split(/^'?\d{4}-\d\d-\d\d\t\S+\t\d+\.\d+: /m).slice(1);
      return events.map((event) => `${service.name}: ${event.trimEnd().replace(/'$/, "").trimEnd()}`);
    });
  }

  /** Ends all services; may be called twice. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(({ process: server }) => server.kill()));
    await Promise.all(this.#edges.map((edge) => edge.close()));
  }

  async #start(): Promise<void> {
    const { services, folder } = this.#options;
    writeFileSync(hostsFile(folder), "127.0.0.1 localhost\n");
    for (const { name, address } of [...services.edges, ...services.servers]) addHost(folder, address, name);
    for (const service of services.edges) await this.#startEdge(service);
    for (const service of services.servers) this.#startServer(service);
    await eventually(() => this.#assertListening(), { timeoutMs: READY_WITHIN_MS });
  }

  async #startEdge({ name, address, protocols, wirePort }: EdgeService): Promise<void> {
    const stateDir = join(this.#options.folder, `state-of-${name}`);
    mkdirSync(stateDir);
    const edge = new SipEdge({
      listeners: protocols.map((protocol) => ({ protocol, address, port: SIP_PORT })),
      wire: { host: "127.0.0.1", port: wirePort, secret: SECRET },
      stateDir,
      clock: new SystemClock(),
      ids: new RandomIds(),
      logger: this.#options.logger.child({ edge: name }),
    });
    this.#edges.push(edge);
    await edge.start();
  }

  #startServer(service: SippService): void {
    const { address, scenario } = service;
    const { folder } = this.#options;
    const args = ["-sf", join(scenariosFolder(folder), scenario), "-i", address, "-mi", address];
    args.push("-p", String(SIP_PORT), "-nostdin", "-trace_err", "-error_file", this.#errorFile(service));
    this.#servers.push({ service, process: new ManagedProcess({ command: "sipp", args, cwd: folder }) });
  }

  #errorFile({ name }: SippService): string {
    return join(this.#options.folder, `errors-of-${name}`);
  }

  #assertListening(): void {
    const bound = readFileSync("/proc/net/udp", "latin1");
    for (const { service, process: server } of this.#servers) {
      if (!bound.includes(asInProc(service.address, SIP_PORT))) {
        throw new Error(`${service.name} does not listen. Its output:\n${server.output}`);
      }
    }
  }
}

/** SIPp makes its file when it has the first error. */
function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "latin1") : "";
}

/** An address and port as /proc/net/udp has them: the address as a number in the host's byte order, in hexadecimal. */
function asInProc(address: string, port: number): string {
  const bytes = new Uint8Array(address.split(".").map(Number));
  const [word = 0] = new Uint32Array(bytes.buffer);
  const hex = (value: number, length: number): string => value.toString(16).toUpperCase().padStart(length, "0");
  return `${hex(word, 8)}:${hex(port, 4)}`;
}
