import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { errorCodeOf, errorMessageOf, SwitchError, type Clock, type Logger } from "../../common/index.ts";
import { isWorking, type NodeView, type Row } from "../control/node-view.ts";
import { ladderSvg } from "../trace/ladder-svg.ts";
import { prometheusText } from "./prometheus-text.ts";
import { problemOf, PROBLEM_TYPE } from "../rest/problem/problem-document.ts";
import { RestError } from "../rest/problem/rest-error.ts";
import { API_PREFIX, type RestApi } from "../rest/server/rest-api.ts";
import { answerClientError } from "./client-error.ts";
import { refuseForeign, refuseForeignOrigin, refuseWithoutToken, type Refusal } from "./request-guard.ts";
import { VIEWS, VIEW_URLS } from "./views.ts";
import { renderStatusPage, STATUS_SCRIPT, STATUS_STYLE } from "./status-page.ts";

/** Options of an `AdminServer`. */
export interface AdminServerOptions {
  readonly address: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Asked for by everything but `/health`; absent: by nothing. */
  readonly token?: string;
  /** Names accepted as Host besides addresses and `localhost`; absent: none. */
  readonly hostNames?: readonly string[];
  /** Name of the node and its version, for people. */
  readonly node: string;
  readonly version: string;
  readonly view: NodeView;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What changes things; absent: the server only shows them. */
  readonly rest?: RestApi;
  readonly timeouts?: HttpTimeouts;
  /** Told each time that no request is being answered any more. */
  readonly onIdle?: () => void;
}

/** How long a client may take, in ms. */
export interface HttpTimeouts {
  /** For the header of a request; default 10,000. */
  readonly headerMs?: number;
  /** For all of a request; default 120,000. */
  readonly requestMs?: number;
  /** Between looks at what takes too long; default 2,000. */
  readonly checkMs?: number;
}

const MAX_CONNECTIONS = 256;
/** An id is at most 1,000 characters, each of them percent-encoded. */
const MAX_PARAMETER_LENGTH = 3_000;
const HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Health, metrics, views and the status page of a node, and its REST API, over HTTP. */
export class AdminServer {
  readonly #options: AdminServerOptions;
  readonly #app: FastifyInstance;
  #requests = 0;
  #refused = 0;
  #underway = 0;

  constructor(options: AdminServerOptions) {
    this.#options = options;
    const { headerMs = 10_000, requestMs = 120_000, checkMs = 2_000 } = options.timeouts ?? {};
    this.#app = Fastify({
      bodyLimit: 1_024,
      requestTimeout: requestMs,
      http: { headersTimeout: headerMs, connectionsCheckingInterval: checkMs },
      keepAliveTimeout: 5_000,
      forceCloseConnections: true,
      return503OnClosing: true,
      routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
      clientErrorHandler: answerClientError,
      frameworkErrors: (error, request, reply) => void this.#sendProblem(error, request, reply),
    });
    this.#app.server.maxConnections = MAX_CONNECTIONS;
    this.#app.removeAllContentTypeParsers();
    this.#app.addHook("onRequest", async (request, reply) => this.#guard(request, reply));
    this.#app.setNotFoundHandler((_request, reply) => {
      return reply.code(404).send({ error: { code: "not-found", message: "there is nothing here" } });
    });
    this.#app.setErrorHandler((error, request, reply) => this.#onError(error, request, reply));
    this.#addRoutes();
    options.rest?.register(this.#app, VIEWS);
  }

  /** The port that is listened on; 0 before `start`. */
  get port(): number {
    const address = this.#app.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Requests in all, and those that were refused. */
  get counts(): { readonly requests: number; readonly refused: number } {
    return { requests: this.#requests, refused: this.#refused };
  }

  /** @throws {SwitchError} `address-in-use`, `listen-failed` */
  async start(): Promise<void> {
    const { address: host, port } = this.#options;
    try {
      await this.#app.listen({ host, port });
    } catch (error) {
      const code = errorCodeOf(error) === "EADDRINUSE" ? "address-in-use" : "listen-failed";
      throw new SwitchError(
        code,
        `HTTP tcp ${host}:${port}: ${errorMessageOf(error)}`,
        { host, port },
        { cause: error },
      );
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    await this.#app.close();
  }

  #addRoutes(): void {
    const { view } = this.#options;
    this.#app.get("/health", (_request, reply) => this.#sendHealth(reply));
    this.#app.get("/metrics", async (_request, reply) => {
      return reply.type("text/plain; version=0.0.4; charset=utf-8").send(prometheusText(await view.metrics()));
    });
    this.#app.get("/api/v1/status", async () => {
      const { node, version } = this.#options;
      return { node, version, services: await view.services() };
    });
    this.#app.get("/api/v1/calls", async () => ({ calls: await view.calls() }));
    this.#app.get("/api/v1/ended-calls", async () => ({ calls: await view.endedCalls() }));
    this.#app.get<{ Params: { callId: string } }>("/api/v1/calls/:callId/ladder.svg", async (request, reply) => {
      const ladder = await view.ladder(request.params.callId);
      return reply.type("image/svg+xml; charset=utf-8").send(ladderSvg(ladder));
    });
    this.#app.get("/api/v1/registrations", async () => ({ registrations: await view.registrations() }));
    this.#app.get("/", async (_request, reply) => reply.type("text/html; charset=utf-8").send(await this.#page()));
    this.#app.get("/status.js", (_request, reply) => reply.type("text/javascript; charset=utf-8").send(STATUS_SCRIPT));
    this.#app.get("/status.css", (_request, reply) => reply.type("text/css; charset=utf-8").send(STATUS_STYLE));
  }

  async #guard(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    this.#requests += 1;
    this.#underway += 1;
    // Also when the client has gone before its answer.
    reply.raw.once("close", () => {
      this.#underway -= 1;
      if (this.#underway === 0) this.#options.onIdle?.();
    });
    void reply.headers(HEADERS);
    const { headers, method } = request;
    const { token, hostNames = [], rest } = this.#options;
    const guarded = {
      method,
      host: headers.host,
      origin: headers.origin,
      fetchSite: headers["sec-fetch-site"],
      authorization: headers.authorization,
      contentType: headers["content-type"],
    };
    if (rest !== undefined && isForApi(request)) return this.#guardApi(refuseForeignOrigin(guarded, hostNames));
    const refusal =
      refuseForeign(guarded, hostNames) ??
      (token === undefined || request.routeOptions.url === "/health"
        ? undefined
        : refuseWithoutToken(headers.authorization, token));
    if (refusal !== undefined) await this.#refuse(refusal, reply);
  }

  #guardApi(refusal: ReturnType<typeof refuseForeignOrigin>): void {
    if (refusal === undefined) return;
    this.#refused += 1;
    throw new RestError(refusal.code, refusal.message);
  }

  async #refuse({ status, code, message }: Refusal, reply: FastifyReply): Promise<void> {
    this.#refused += 1;
    if (status === 401) void reply.header("www-authenticate", 'Basic realm="tandem", charset="UTF-8"');
    if (status === 405) void reply.header("allow", "GET, HEAD");
    await reply.code(status).send({ error: { code, message } });
  }

  async #sendHealth(reply: FastifyReply): Promise<FastifyReply> {
    const services = await this.#options.view.services();
    const isHealthy = services.every(isWorking);
    return reply.code(isHealthy ? 200 : 503).send({
      status: isHealthy ? "ok" : "degraded",
      node: this.#options.node,
      services: Object.fromEntries(services.map(({ name, state }) => [name, state])),
    });
  }

  async #page(): Promise<string> {
    const { view, node, version, clock } = this.#options;
    const orAbsent = (rows: Promise<readonly Row[]>): Promise<readonly Row[] | undefined> =>
      rows.catch(() => undefined);
    const [services, calls, endedCalls, registrations, trunks, tollAlarms] = await Promise.all([
      view.services(),
      orAbsent(view.calls()),
      orAbsent(view.endedCalls()),
      orAbsent(view.registrations()),
      orAbsent(view.trunks()),
      orAbsent(view.tollAlarms()),
    ]);
    const lists = { services, calls, endedCalls, registrations, trunks, tollAlarms };
    return renderStatusPage({ node, version, nowMs: clock.wallMs(), ...lists });
  }

  #sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { document, headers, isOurs } = problemOf(error);
    if (isOurs) this.#options.logger.error("request failed", { url: request.url, error: errorMessageOf(error) });
    const all = { ...HEADERS, ...headers };
    return reply
      .code(document.status)
      .headers(all)
      .type(PROBLEM_TYPE)
      .send(Buffer.from(JSON.stringify(document)));
  }

  #onError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const code = errorCodeOf(error);
    if (code === "not-connected" || code === "timed-out") {
      return reply.code(503).send({ error: { code: "unavailable", message: "a service of the node does not answer" } });
    }
    if (code === "unknown-call") {
      return reply.code(404).send({ error: { code, message: "no such call goes on or has ended lately" } });
    }
    this.#options.logger.error("request failed", { url: request.url, code, error: errorMessageOf(error) });
    return reply.code(500).send({ error: { code: "failed", message: "the request failed" } });
  }
}

function isForApi({ url, routeOptions }: FastifyRequest): boolean {
  return url.startsWith(`${API_PREFIX}/`) && !VIEW_URLS.includes(routeOptions.url ?? "");
}
