import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RandomIds, silentLogger, SystemClock, type Clock } from "../../src/common/index.ts";
import { SipEdge } from "../../src/sip/index.ts";
import { WireClient } from "./wire-client.ts";

export const SECRET = "between-us";

/** A running edge with its files; `restart` is what a kill and a new process amount to for its state. */
export class EdgeFixture {
  edge: SipEdge;
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #clients: WireClient[] = [];

  private constructor(directory: string, clock: Clock) {
    this.#directory = directory;
    this.#clock = clock;
    this.edge = this.#make(0, 0);
  }

  static async start(clock: Clock = new SystemClock()): Promise<EdgeFixture> {
    const fixture = new EdgeFixture(mkdtempSync(join(tmpdir(), "edge-")), clock);
    await fixture.edge.start();
    return fixture;
  }

  get sipPort(): number {
    return this.edge.addresses.find(({ protocol }) => protocol === "udp")?.port ?? 0;
  }

  get tcpPort(): number {
    return this.edge.addresses.find(({ protocol }) => protocol === "tcp")?.port ?? 0;
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
    const { sipPort } = this;
    const { wirePort } = this.edge;
    await this.edge.close();
    this.edge = this.#make(sipPort, wirePort);
    await this.edge.start();
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.edge.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #make(sipPort: number, wirePort: number): SipEdge {
    return new SipEdge({
      listeners: [
        { protocol: "udp", address: "127.0.0.1", port: sipPort },
        { protocol: "tcp", address: "127.0.0.1", port: 0 },
      ],
      wire: { host: "127.0.0.1", port: wirePort, secret: SECRET },
      journalPath: join(this.#directory, "edge-dialogs.journal"),
      clock: this.#clock,
      ids: new RandomIds(),
      logger: silentLogger,
    });
  }
}
