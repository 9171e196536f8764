import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { errorCodeOf, errorMessageOf, type Logger } from "../../../common/index.ts";
import type { Authenticator } from "../access/authenticator.ts";
import { requireRole, type Principal } from "../access/principal.ts";
import { problemOf, PROBLEM_TYPE, type Problem } from "../problem/problem-document.ts";
import { readJson } from "../problem/read-json.ts";
import { RestError } from "../problem/rest-error.ts";
import { AllowedMethods } from "./allowed-methods.ts";
import { isAccepted, LINES_TYPE, mediaTypeOf } from "./media-types.ts";
import type { JsonSchema } from "./kind-schemas.ts";
import { openApiDocument, type View } from "./openapi.ts";
import type { RestAnswer, RestCall, RestRoute } from "./route.ts";

/** Where the API is. */
export const API_PREFIX = "/api/v1";

export interface RestApiOptions {
  readonly routes: readonly RestRoute[];
  readonly authenticator: Authenticator;
  readonly logger: Logger;
}

declare module "fastify" {
  interface FastifyContextConfig {
    restRoute?: RestRoute;
  }
  interface FastifyRequest {
    principal: Principal | undefined;
  }
}

const JSON_TYPE = "application/json";
const NOBODY: Principal = { name: "", role: "user", isUser: false, mustChangePassword: false };

/** Serves routes: sign-in, roles, bodies, and problem documents for everything that fails. */
export class RestApi {
  readonly #options: RestApiOptions;
  #document: JsonSchema | undefined;

  constructor(options: RestApiOptions) {
    this.#options = options;
  }

  /** Sign-ins that go on. */
  get sessions(): number {
    return this.#options.authenticator.sessions;
  }

  /**
   * Adds the routes to a server.
   * @param views what the server has below the prefix besides
   */
  register(app: FastifyInstance, views: readonly View[]): void {
    const routes = [...this.#options.routes, this.#documentRoute(views)];
    const viewed = views.map(({ path }) => API_PREFIX + path);
    const allowed = new AllowedMethods(API_PREFIX, routes, viewed);
    app.decorateRequest("principal", undefined);
    void app.register(
      (scope, _options, done) => {
        scope.addHook("onRequest", (request) => this.#letIn(request));
        scope.addContentTypeParser(
          [JSON_TYPE, "application/merge-patch+json"],
          { parseAs: "buffer" },
          async (_request: FastifyRequest, bytes: Buffer) => (bytes.length === 0 ? undefined : readJson(bytes)),
        );
        scope.setErrorHandler((error, request, reply) => this.sendProblem(error, request, reply));
        scope.setNotFoundHandler((request, reply) => {
          return this.sendProblem(noRoute(request, allowed), request, reply);
        });
        for (const route of routes) this.#addRoute(scope, route);
        done();
      },
      { prefix: API_PREFIX },
    );
  }

  /**
   * The OpenAPI document.
   * @param views as for `register`
   */
  describe(views: readonly View[]): JsonSchema {
    return openApiDocument([...this.#options.routes, this.#documentRoute(views)], views);
  }

  #documentRoute(views: readonly View[]): RestRoute {
    return {
      operationId: "read-openapi",
      method: "GET",
      path: "/openapi.json",
      tag: "openapi",
      summary: "This document",
      access: "anyone",
      answers: { 200: { description: "OpenAPI 3.1" } },
      problems: [],
      handle: () => ({ status: 200, body: (this.#document ??= this.describe(views)) }),
    };
  }

  /** Answers with what went wrong; faults of ours go to the log. */
  sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { document, headers, isOurs } = problemOf(error);
    if (isOurs) this.#logFault(error, request);
    return reply
      .code(document.status)
      .headers(headers)
      .type(PROBLEM_TYPE)
      .send(Buffer.from(JSON.stringify(document)));
  }

  #addRoute(scope: FastifyInstance, route: RestRoute): void {
    scope.route({
      method: route.method,
      url: route.path.replace(/\{([A-Za-z]+)\}/g, ":$1"),
      bodyLimit: route.body?.limitBytes ?? 1_024,
      config: { restRoute: route },
      handler: async (request, reply) => this.#handle(route, request, reply),
    });
  }

  async #letIn(request: FastifyRequest): Promise<void> {
    const route = request.routeOptions.config.restRoute;
    if (route === undefined) return;
    refuseUnacceptable(route, request);
    refuseUnknownQuery(route, request);
    if (route.access === "anyone") return;
    const principal = await this.#options.authenticator.identify(request.headers.authorization, request.ip);
    requireRole(principal, route.access);
    if (principal.mustChangePassword && route.isOpenBeforePasswordChange !== true) {
      throw new RestError("password-must-change", `change it by POST ${API_PREFIX}/me/password`);
    }
    request.principal = principal;
  }

  async #handle(route: RestRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (route.body !== undefined && request.body === undefined) {
      throw new RestError("malformed-json", "the request has no body");
    }
    const call: RestCall = {
      principal: request.principal ?? NOBODY,
      source: request.ip,
      params: request.params as Readonly<Record<string, string>>,
      query: request.query as RestCall["query"],
      body: request.body,
      header: (name) => {
        const value = request.headers[name];
        return typeof value === "string" ? value : value?.join(", ");
      },
    };
    return this.#send(await route.handle(call), request, reply);
  }

  #send({ status, headers = {}, body, lines }: RestAnswer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    void reply.code(status).headers(headers);
    if (lines !== undefined) return reply.type(LINES_TYPE).send(Readable.from(this.#texts(lines, request)));
    if (body === undefined) return reply.send();
    return reply.type("application/json; charset=utf-8").send(JSON.stringify(body));
  }

  /** What fails when an answer has begun is its last line. */
  async *#texts(lines: AsyncIterable<unknown>, request: FastifyRequest): AsyncGenerator<string> {
    try {
      for await (const line of lines) yield JSON.stringify(line) + "\n";
    } catch (error) {
      const { document, isOurs }: Problem = problemOf(error);
      if (isOurs) this.#logFault(error, request);
      yield JSON.stringify(document) + "\n";
    }
  }

  #logFault(error: unknown, { method, url }: FastifyRequest): void {
    const fields = { method, url, code: errorCodeOf(error), error: errorMessageOf(error) };
    this.#options.logger.error("request failed", fields);
  }
}

function noRoute({ url, method }: FastifyRequest, allowed: AllowedMethods): RestError {
  const path = url.split("?", 1)[0] ?? "";
  const methods = allowed.at(path);
  if (methods.length === 0) return new RestError("no-such-route", `there is nothing at ${path.slice(0, 200)}`);
  const allow = methods.join(", ");
  return new RestError("method-not-allowed", `${method} is not one of ${allow}`, { headers: { allow } });
}

function refuseUnacceptable(route: RestRoute, { headers }: FastifyRequest): void {
  const types = route.streams === true ? [JSON_TYPE, LINES_TYPE] : [JSON_TYPE];
  if (!isAccepted(headers.accept, types)) {
    throw new RestError("not-acceptable", `answers are ${types.join(" or ")}`);
  }
  const { "content-type": type, "content-encoding": encoding = "identity" } = headers;
  const { types: taken = [JSON_TYPE] } = route.body ?? {};
  const isTaken = type === undefined || taken.includes(mediaTypeOf(type));
  if (isTaken && encoding.toLowerCase() === "identity") return;
  const accept = taken.join(", ");
  const header = route.method === "PATCH" ? { "accept-patch": accept } : { accept };
  throw new RestError("unsupported-media-type", `bodies are ${accept}, without a content coding`, { headers: header });
}

function refuseUnknownQuery({ query = {}, filters }: RestRoute, request: FastifyRequest): void {
  if (filters === true) return;
  for (const key of Object.keys(request.query as object)) {
    if (!Object.hasOwn(query, key)) throw new RestError("bad-parameter", `${key}: there is no such parameter here`);
  }
}
