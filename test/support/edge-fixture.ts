import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RandomIds, silentLogger, SystemClock, type Clock } from "../../src/common/index.ts";
import { SipEdge, type SipEdgeOptions, type TransportProtocol } from "../../src/sip/index.ts";
import { freePort } from "./free-port.ts";
import { WireClient } from "./wire-client.ts";

export const SECRET = "between-us";

type EdgeChanges = Partial<Pick<SipEdgeOptions, "listeners" | "tls" | "limits" | "dns" | "guard" | "emergencyNumbers">>;

/** Ports that an edge which is started again has again, whoever else looked for one meanwhile. */
interface FixedPorts {
  readonly sip: number;
  readonly wire: number;
}

/** A running edge with its files. */
export class EdgeFixture {
  edge: SipEdge;
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #changes: EdgeChanges;
  readonly #ports: FixedPorts;
  readonly #clients: WireClient[] = [];

  private constructor(directory: string, clock: Clock, changes: EdgeChanges, ports: FixedPorts) {
    this.#directory = directory;
    this.#clock = clock;
    this.#changes = changes;
    this.#ports = ports;
    this.edge = this.#make();
  }

  static async start(clock: Clock = new SystemClock()): Promise<EdgeFixture> {
    return EdgeFixture.startOn({}, clock);
  }

  /** An edge on other listeners than UDP and TCP of 127.0.0.1. */
  static async startOn(changes: EdgeChanges, clock: Clock = new SystemClock()): Promise<EdgeFixture> {
    const ports = { sip: await freePort(), wire: await freePort() };
    const fixture = new EdgeFixture(mkdtempSync(join(tmpdir(), "edge-")), clock, changes, ports);
    await fixture.edge.start();
    return fixture;
  }

  get sipPort(): number {
    return this.portOf("udp");
  }

  get tcpPort(): number {
    return this.portOf("tcp");
  }

  portOf(wanted: TransportProtocol): number {
    return this.edge.addresses.find(({ protocol }) => protocol === wanted)?.port ?? 0;
  }

  gauge(name: string): number {
    return this.edge.metrics().find((sample) => sample.name === name)?.value ?? Number.NaN;
  }

  /** An authenticated application with these verbs. */
  async application(...verbs: string[]): Promise<WireClient> {
    const client = await WireClient.authenticated(this.edge.wirePort, SECRET, verbs);
    this.#clients.push(client);
    return client;
  }

  /** Ends the edge and starts another on the same ports and files. */
  async restart(): Promise<void> {
    await this.edge.close();
    await this.#startAgain();
  }

  /** The same with the files as they are now, as if the edge had been killed: what it says while it closes is lost. */
  async restartAsKilled(whileDown: () => void): Promise<void> {
    const copy = `${this.#directory}.copy`;
    cpSync(this.#directory, copy, { recursive: true });
    await this.edge.close();
    cpSync(copy, this.#directory, { recursive: true, force: true });
    rmSync(copy, { recursive: true });
    whileDown();
    await this.#startAgain();
  }

  /** Removes its files, while it is down. */
  forget(): void {
    rmSync(this.#directory, { recursive: true });
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.edge.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #startAgain(): Promise<void> {
    this.edge = this.#make();
    await this.edge.start();
  }

  #make(): SipEdge {
    return new SipEdge({
      listeners: [
        { protocol: "udp", address: "127.0.0.1", port: this.#ports.sip },
        { protocol: "tcp", address: "127.0.0.1", port: 0 },
      ],
      wire: { host: "127.0.0.1", port: this.#ports.wire, secret: SECRET },
      stateDir: this.#directory,
      clock: this.#clock,
      ids: new RandomIds(),
      logger: silentLogger,
      ...this.#changes,
    });
  }
}
