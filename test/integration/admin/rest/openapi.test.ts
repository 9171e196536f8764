import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import Fastify from "fastify";
import { VIEWS } from "../../../../src/admin/index.ts";
import { RestFixture } from "../../../support/rest-fixture.ts";

type Json = Readonly<Record<string, unknown>>;
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Json;
}
interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json;
}

describe("the OpenAPI document", () => {
  let rest: RestFixture;
  let document: Document;
  before(async () => {
    rest = await RestFixture.start();
    const { status, body } = await rest.send({ path: "/openapi.json", authorization: null });
    assert.equal(status, 200);
    document = body as unknown as Document;
  });
  after(() => rest.close());

  it("given the file in docs, when compared, then it is what the server says (npm run docs:openapi)", () => {
    const file = join(import.meta.dirname, "..", "..", "..", "..", "docs", "openapi.json");
    assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), document);
  });

  it("given every reference in it, when followed, then there is something", () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, reference = ""]) => reference,
    );
    assert.ok(references.length > 300);
    for (const reference of new Set(references)) {
      let at: unknown = document;
      assert.match(reference, /^#\//);
      for (const key of reference.slice(2).split("/")) at = (at as Json | undefined)?.[key];
      assert.ok(at !== undefined, reference);
    }
  });

  it("given the routes of the server, when compared, then each is in it once, and nothing else", async () => {
    const served: string[] = VIEWS.map(({ path }) => `get ${path}`);
    const app = Fastify({ exposeHeadRoutes: false });
    app.addHook("onRoute", ({ method, url }) => {
      const path = url.slice("/api/v1".length).replace(/:([A-Za-z]+)/g, "{$1}");
      for (const each of [method].flat()) served.push(`${each.toLowerCase()} ${path}`);
    });
    rest.api.register(app, VIEWS);
    await app.ready();
    await app.close();
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    assert.equal(new Set(described).size, described.length);
    assert.deepEqual([...described].sort(), served.sort());
  });

  it("given its operations, when looked at, then ids are unique and every parameter of a path is described", () => {
    const ids = new Set<string>();
    let count = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const { operationId, parameters, responses } of Object.values(methods)) {
        ids.add(operationId);
        count += 1;
        const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
        const described = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
        assert.deepEqual(described, inPath, path);
        assert.ok(
          Object.keys(responses).some((status) => /^2/.test(status)),
          path,
        );
      }
    }
    assert.equal(ids.size, count);
    assert.equal(document.openapi, "3.1.0");
  });

  it("given what is answered, when described, then no secret is in it; what is given marks them", () => {
    const { schemas } = document.components as { schemas: Record<string, { properties: Json }> };
    for (const key of ["password", "passwordHash", "pin", "pinHash"]) {
      assert.equal(schemas["user"]?.properties[key], undefined);
      assert.equal((schemas["user-input"]?.properties[key] as Json | undefined)?.["writeOnly"], true);
    }
    assert.equal(schemas["trunk"]?.properties["sealedPassword"], undefined);
    assert.doesNotMatch(JSON.stringify(schemas["phone"]), /ha1|"password"/);
  });
});
