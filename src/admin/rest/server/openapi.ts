import { PROBLEMS, type ProblemCode } from "../problem/problem-codes.ts";
import { PROBLEM_TYPE } from "../problem/problem-document.ts";
import { jsonSchemaOf, kindComponents, type JsonSchema } from "./kind-schemas.ts";
import type { RestRoute, SchemaSource } from "./route.ts";

/** An address that shows the node and is no part of the API's routes. */
export interface View {
  /** Below `/api/v1`, parameters in braces. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly mediaType: string;
}

/** What any request may be answered with. */
const COMMON: readonly ProblemCode[] = [
  "bad-request",
  "bad-parameter",
  "host-refused",
  "origin-refused",
  "not-acceptable",
  "request-timeout",
  "unsupported-media-type",
  "headers-too-large",
  "failed",
  "database-failed",
];
const SIGNED_IN: readonly ProblemCode[] = [
  "sign-in-needed",
  "sign-in-refused",
  "forbidden",
  "password-must-change",
  "too-many-attempts",
  "too-busy",
];
const WITH_BODY: readonly ProblemCode[] = ["malformed-json", "body-too-large"];

const CONDITIONS: Readonly<Record<"if-match" | "if-none-match", JsonSchema>> = {
  "if-match": {
    name: "If-Match",
    in: "header",
    description: "The ETag that was read, or *.",
    schema: { type: "string" },
  },
  "if-none-match": {
    name: "If-None-Match",
    in: "header",
    description: "With GET the ETag that is at hand; with PUT * to make a new object.",
    schema: { type: "string" },
  },
};

const CHANGE_HEADERS: Readonly<Record<"applied" | "declared", JsonSchema>> = {
  applied: { description: "Call control works by it now.", schema: { enum: ["true", "false"] } },
  declared: {
    description: "An object of the change is in tandem.yaml, too: at the next start it is again as it says there.",
    schema: { const: "tandem.yaml" },
  },
};
const HEADERS_OF_CHANGE: JsonSchema = {
  "Tandem-Applied": { $ref: "#/components/headers/applied" },
  "Tandem-Declared": { $ref: "#/components/headers/declared" },
};

/** The API as an OpenAPI 3.1 document. */
export function openApiDocument(routes: readonly RestRoute[], views: readonly View[]): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const view of views) paths[view.path] = { get: viewOperation(view) };
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "Tandem REST API",
      version: "1",
      description: "Configuration, live state and audit of a Tandem node. docs/rest-api.md explains it.",
      license: { name: "MIT", identifier: "MIT" },
    },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    servers: [{ url: "/api/v1" }],
    security: [{ bearer: [] }, { basic: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" }, basic: { type: "http", scheme: "basic" } },
      parameters: CONDITIONS,
      headers: CHANGE_HEADERS,
      responses: problemComponents(),
      schemas: { ...kindComponents(), problem: problemSchema() },
    },
  };
}

function operationOf(route: RestRoute): JsonSchema {
  const { operationId, tag, summary, access, answers, body } = route;
  return {
    operationId,
    tags: [tag],
    summary,
    description: access === "anyone" ? "Needs no sign-in." : `Needs the role ${access}.`,
    ...(access === "anyone" ? { security: [] } : {}),
    parameters: [...pathParameters(route.path), ...queryParameters(route), ...conditionsOf(route)],
    ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body.types, body.schema) } }),
    "x-problem-codes": route.problems,
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(route, answer)])),
      ...problemResponses(route),
    },
  };
}

function viewOperation({ operationId, summary, path, mediaType }: View): JsonSchema {
  return {
    operationId,
    tags: ["views"],
    summary,
    description: "Open like the status page; asks for http.token where there is one.",
    parameters: pathParameters(path),
    responses: { 200: { description: "As it is now", content: { [mediaType]: {} } } },
  };
}

function pathParameters(path: string): JsonSchema[] {
  return [...path.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name = ""]) => {
    return { name, in: "path", required: true, schema: { type: "string" } };
  });
}

function queryParameters({ query = {}, filters }: RestRoute): JsonSchema[] {
  const named = Object.entries(query).map(([name, description]): JsonSchema => {
    return { name, in: "query", description, schema: { type: "string" } };
  });
  if (filters !== true) return named;
  const fields: JsonSchema = {
    name: "fields",
    in: "query",
    description: "Any field, or a path such as lines.directoryNumber: only objects that have the value there.",
    style: "form",
    explode: true,
    schema: { type: "object", additionalProperties: { type: "string" } },
  };
  return [...named, fields];
}

function conditionsOf({ conditions = [] }: RestRoute): JsonSchema[] {
  return conditions.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function answerOf(route: RestRoute, { description, schema }: RestRoute["answers"][number]): JsonSchema {
  const isChange = route.method !== "GET" && route.tag !== "sessions";
  const headers = isChange ? { headers: HEADERS_OF_CHANGE } : {};
  if (schema === undefined) return { description, ...headers };
  const content = contentOf(["application/json"], schema);
  if (route.streams === true) content["application/x-ndjson"] = {};
  return { description, ...headers, content };
}

function contentOf(types: readonly string[] = ["application/json"], source: SchemaSource): Record<string, JsonSchema> {
  const schema = "component" in source ? { $ref: `#/components/schemas/${source.component}` } : jsonSchemaOf(source);
  return Object.fromEntries(types.map((type) => [type, { schema }]));
}

function problemCodesOf({ problems, access, body }: RestRoute): Set<ProblemCode> {
  return new Set<ProblemCode>([
    ...COMMON,
    ...(access === "anyone" ? [] : SIGNED_IN),
    ...(body === undefined ? [] : WITH_BODY),
    ...problems,
  ]);
}

function problemResponses(route: RestRoute): Record<string, JsonSchema> {
  const statuses = new Set([...problemCodesOf(route)].map((code) => PROBLEMS[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => [status, { $ref: `#/components/responses/problem-${status}` }]),
  );
}

/** A response for each status that problems have. */
function problemComponents(): Record<string, JsonSchema> {
  const statuses = new Set(Object.values(PROBLEMS).map(({ status }) => status));
  const schema = { $ref: "#/components/schemas/problem" };
  return Object.fromEntries(
    [...statuses].map((status) => {
      const codes = Object.entries(PROBLEMS).filter(([, problem]) => problem.status === status);
      const description = codes.map(([code, { title }]) => `${code}: ${title}`).join("; ");
      return [`problem-${status}`, { description, content: { [PROBLEM_TYPE]: { schema } } }];
    }),
  );
}

function problemSchema(): JsonSchema {
  const text = { type: "string" };
  return {
    type: "object",
    description: "What went wrong (RFC 9457).",
    properties: {
      type: { ...text, description: "urn:tandem:problem: and the code." },
      title: { ...text, description: "The same for all problems of the code." },
      status: { type: "integer", description: "HTTP status." },
      detail: { ...text, description: "What is wrong with this request." },
      code: { enum: Object.keys(PROBLEMS) },
      violations: {
        type: "array",
        items: {
          type: "object",
          properties: { kind: text, id: text, path: text, message: text },
          required: ["path", "message"],
        },
      },
    },
    required: ["type", "title", "status", "detail", "code"],
  };
}
