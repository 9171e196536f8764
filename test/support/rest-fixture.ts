import { request, type IncomingHttpHeaders } from "node:http";
import {
  AdminServer,
  AuditLog,
  createRestApi,
  singleServiceCaller,
  type HttpTimeouts,
  type NodeView,
  type RestApi,
} from "../../src/admin/index.ts";
import { ChannelServer, silentLogger, SystemClock, type Clock } from "../../src/common/index.ts";
import { nodePaths, type NodePaths } from "../../src/config/index.ts";
import { defaultObjects, type ConfigurationStore } from "../../src/database/index.ts";
import { SqliteStore } from "../../src/database/sqlite/sqlite-store.ts";
import { RotatingFile } from "../../src/main/host/rotating-file.ts";
import { prepareDataDir } from "../../src/main/node/data-dir.ts";
import { NodeSecretKeeper } from "../../src/main/secrets/secret-keeper.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

/** What answers hold, by kind of answer; a test says with its assertions which it expects. */
export interface AnswerBody {
  readonly [key: string]: unknown;
  readonly id: string;
  readonly revision: number;
  readonly code: string;
  readonly detail: string;
  readonly violations: readonly { readonly kind?: string; readonly id?: string; path: string; message: string }[];
  readonly items: readonly AnswerBody[];
  readonly next: string | number | null;
  readonly total: number;
  readonly sequence: number;
  readonly changed: number;
  readonly token: string;
}

/** An answer of the API; `body` is parsed when it is JSON. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: AnswerBody;
}

export interface RestRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a text or bytes are sent as they are. */
  readonly body?: unknown;
  /** Default: the administrator's token; null: none. */
  readonly authorization?: string | null;
}

export interface RestFixtureOptions {
  readonly clock?: Clock;
  readonly httpToken?: string;
  readonly timeouts?: HttpTimeouts;
  /** Puts something between the API and the configuration. */
  readonly wrap?: (store: ConfigurationStore) => ConfigurationStore;
}

const REALM = "tandem.test";
const ADDRESS = "127.0.0.1";

/** The REST API over a real configuration, HTTP server and audit log, in a folder of its own. */
export class RestFixture {
  readonly adminToken = "0123456789abcdef0123456789abcdef";
  readonly store: SqliteStore;
  readonly paths: NodePaths;
  readonly keeper: NodeSecretKeeper;
  readonly audit: AuditLog;
  readonly api: RestApi;
  readonly #directory: TemporaryDirectory;
  readonly #server: AdminServer;
  readonly #auditFile: RotatingFile;
  #callManager: ChannelServer | undefined;

  private constructor(options: RestFixtureOptions) {
    const clock = options.clock ?? new SystemClock();
    this.#directory = new TemporaryDirectory("rest");
    this.paths = nodePaths(this.#directory.join("data"));
    prepareDataDir(this.paths);
    this.keeper = new NodeSecretKeeper(REALM, this.paths.secretKey);
    this.store = new SqliteStore({ path: this.paths.configurationFile, clock, keeper: this.keeper });
    this.#auditFile = new RotatingFile({ path: this.paths.auditLog, maxBytes: 100_000, maxFiles: 3 });
    this.audit = new AuditLog({ path: this.paths.auditLog, maxFiles: 3, file: this.#auditFile, clock });
    this.api = createRestApi({
      store: options.wrap?.(this.store) ?? this.store,
      caller: singleServiceCaller(this.paths, clock),
      audit: this.audit,
      passwords: this.keeper,
      clock,
      logger: silentLogger,
      node: "node-1",
      adminToken: this.adminToken,
      ...(options.httpToken === undefined ? {} : { httpToken: options.httpToken }),
    });
    this.#server = new AdminServer({
      address: ADDRESS,
      port: 0,
      node: "node-1",
      version: "1.2.3",
      view: NO_VIEW,
      clock,
      logger: silentLogger,
      rest: this.api,
      ...(options.timeouts === undefined ? {} : { timeouts: options.timeouts }),
    });
  }

  /** Starts with the default objects of a new node. */
  static async start(options: RestFixtureOptions = {}): Promise<RestFixture> {
    const fixture = new RestFixture(options);
    await fixture.store.apply({ author: "test", summary: "new node", operations: defaultObjects("node-1") });
    await fixture.#server.start();
    return fixture;
  }

  get port(): number {
    return this.#server.port;
  }

  /** Answers in the place of call control, by method. */
  async answerAsCallManager(handlers: Readonly<Record<string, (params: unknown) => unknown>>): Promise<void> {
    this.#callManager = new ChannelServer({ path: this.paths.socket("callmanager"), logger: silentLogger });
    for (const [method, handler] of Object.entries(handlers)) this.#callManager.handle(method, handler);
    await this.#callManager.listen();
  }

  /** Makes a user with a password. */
  async addUser(name: string, role: string, password: string, more: object = {}): Promise<void> {
    const body = { name, role, password, ...more };
    await this.store.apply({ author: "test", summary: "user", operations: [{ type: "put", kind: "user", body }] });
  }

  /** @param path below `/api/v1` */
  send(wanted: RestRequest): Promise<RestAnswer> {
    return sendTo(this.port, { ...wanted, path: `/api/v1${wanted.path}` }, this.adminToken);
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<RestAnswer> {
    return this.send({ path, headers });
  }

  post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<RestAnswer> {
    return this.send({ method: "POST", path, body, headers });
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.#callManager?.close();
    this.#auditFile.close();
    this.store.close();
    this.#directory.close();
  }
}

const NO_VIEW: NodeView = {
  services: async () => [],
  metrics: async () => [],
  calls: async () => [],
  registrations: async () => [],
  endedCalls: async () => [],
  trunks: async () => [],
  tollAlarms: async () => [],
  ladder: () => Promise.reject(new Error("there are no calls")),
};

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** One request over a connection of its own. */
export function sendTo(port: number, wanted: RestRequest, token: string): Promise<RestAnswer> {
  const { method = "GET", path, headers = {}, body, authorization = `Bearer ${token}` } = wanted;
  const isRaw = typeof body === "string" || Buffer.isBuffer(body);
  const bytes = body === undefined ? undefined : isRaw ? body : JSON.stringify(body);
  const all = {
    ...(authorization === null ? {} : { authorization }),
    ...(bytes === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(bytes) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request({ host: ADDRESS, port, path, method, headers: all, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const isJson = /[/+]json/.test(response.headers["content-type"] ?? "");
        const parsed = (isJson && text !== "" ? JSON.parse(text) : {}) as AnswerBody;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parsed });
      });
    });
    sent.on("error", reject);
    sent.end(bytes);
  });
}
