import { hashPassword } from "../../src/main/secrets/password-hash.ts";
import { CtiClient, type CtiMessage } from "./cti-client.ts";
import { NodeConfiguration } from "./node-configuration.ts";
import { TandemNode } from "./tandem-node.ts";
import { WireCheck } from "./wire-check.ts";

const PASSWORD = "a good password";

/**
 * A whole node with a user for applications, who owns a phone, a CTI port and a route point, and others who may do less.
 */
export class CtiNode {
  readonly node: TandemNode;
  readonly check = new WireCheck();
  readonly #configuration: NodeConfiguration;
  readonly #clients = new Set<CtiClient>();

  private constructor(node: TandemNode, configuration: NodeConfiguration) {
    this.node = node;
    this.#configuration = configuration;
  }

  static async start(): Promise<CtiNode> {
    const node = await TandemNode.start({ cti: { requestsPerSecond: 100_000, requestBurst: 100_000 } });
    const started = new CtiNode(node, new NodeConfiguration(node));
    const passwordHash = await hashPassword(PASSWORD);
    const create = (kind: "user" | "phone" | "cti-port" | "route-point" | "directory-number", body: object) => {
      return { type: "create", kind, body } as const;
    };
    await started.#configuration.change(
      ...["7001", "7901", "7900"].map((number) => create("directory-number", { number })),
      create("user", { name: "ann", passwordHash, ctiEnabled: true, maxConnections: 1_000 }),
      create("user", { name: "plain", passwordHash }),
      create("user", { name: "fresh", passwordHash, ctiEnabled: true, mustChangePassword: true }),
      create("user", { name: "careful", passwordHash, ctiEnabled: true, permissions: ["secure-connection"] }),
      create("user", { name: "lonely", passwordHash, ctiEnabled: true, maxConnections: 1 }),
      create("user", { name: "guessed", passwordHash, ctiEnabled: true }),
      create("phone", { name: "desk-1", owner: "ann", lines: [{ directoryNumber: "7001" }] }),
      create("cti-port", { name: "port-1", owner: "ann", lines: [{ directoryNumber: "7901" }] }),
      create("route-point", { name: "point-1", owner: "ann", lines: [{ directoryNumber: "7900" }] }),
    );
    await node.ask("ctimanager", "configuration-changed");
    return started;
  }

  /** What an application signs in with. */
  get credentials(): { readonly user: string; readonly password: string } {
    return { user: "ann", password: PASSWORD };
  }

  async connect(): Promise<CtiClient> {
    const client = await CtiClient.connect(this.node.cti);
    this.#clients.add(client);
    return client;
  }

  /** Connects and opens a session. */
  async open(params: object = {}): Promise<CtiClient> {
    const client = await this.connect();
    await client.open({ ...this.credentials, ...params });
    return client;
  }

  /** Compares what a client was sent with the schemas. @param methods of its requests by id */
  checked(client: CtiClient, methods: ReadonlyMap<string, string> = new Map()): void {
    for (const message of client.messages) this.#checkMessage(message, methods);
  }

  #checkMessage({ id, method, params, result, error }: CtiMessage, methods: ReadonlyMap<string, string>): void {
    if (method === "event") this.check.event(params);
    if (error !== undefined) this.check.error(error);
    const asked = typeof id === "string" ? methods.get(id) : undefined;
    if (result !== undefined && asked !== undefined) this.check.result(asked, result);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    this.#configuration.close();
    await this.node.stop();
  }
}
