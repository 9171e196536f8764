import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationClient } from "../../../../src/admin/client/configuration-client.ts";
import { RestClient } from "../../../../src/admin/client/rest-client.ts";
import { RestRefusal } from "../../../../src/admin/client/rest-refusal.ts";
import { errorCodeOf } from "../../../../src/common/index.ts";
import { freePort } from "../../../support/free-port.ts";

interface Seen {
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Answer = (response: ServerResponse, seen: Seen) => void;

const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
const problem = (status: number, code: string): Answer =>
  json(status, { type: "x", title: "Title", status, detail: "what is wrong", code });

describe("the client of the REST interface", () => {
  let server: Server;
  let rest: RestClient;
  const seen: Seen[] = [];
  const answers: Answer[] = [];
  let late = 0;

  beforeEach(async () => {
    seen.length = answers.length = late = 0;
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { method, url, headers } = request;
        const one = { line: `${method} ${url}`, headers, body: Buffer.concat(chunks).toString() };
        seen.push(one);
        (answers.shift() ?? problem(500, "not-expected"))(response, one);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    rest = new RestClient(
      () => ({ url: `http://127.0.0.1:${port}`, authorization: "Bearer t" }),
      () => (late += 1),
    );
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it("given a request, when sent, then it has query, condition, body and who asks", async () => {
    answers.push(json(200, { a: 1 }));
    const query = { q: "a b", limit: 3, after: undefined };
    assert.deepEqual(await rest.request("PATCH", "/phones/a%2Fb", { query, body: { x: null }, ifRevision: 7 }), {
      a: 1,
    });
    const [{ line, headers, body } = assert.fail()] = seen;
    assert.equal(line, "PATCH /api/v1/phones/a%2Fb?q=a+b&limit=3");
    assert.deepEqual([headers.authorization, headers["if-match"], body], ["Bearer t", '"7"', '{"x":null}']);
  });

  it("given a change that call control has not seen, when answered, then that is told", async () => {
    answers.push(json(200, {}, { "tandem-applied": "false" }), json(200, {}, { "tandem-applied": "true" }));
    await rest.request("POST", "/bulk", { body: {} });
    await rest.request("POST", "/bulk", { body: {} });
    assert.equal(late, 1);
  });

  it("given a problem document, when received, then code, text and places are kept", async () => {
    const violations = [{ kind: "phone", id: "ann", path: "lines.0.directoryNumber", message: "no" }, { path: 1 }];
    answers.push(json(422, { status: 422, title: "T", detail: "D", code: "bad-object", violations }));
    await assert.rejects(rest.request("GET", "/x"), (error) => {
      assert.ok(error instanceof RestRefusal);
      assert.deepEqual([error.code, error.message, error.status], ["bad-object", "D", 422]);
      const path = ["lines", 0, "directoryNumber"];
      assert.deepEqual(error.violations, [{ kind: "phone", id: "ann", path, message: "no" }]);
      return true;
    });
  });

  const odd: readonly (readonly [string, Answer, string])[] = [
    ["an error without a document", (response) => void response.writeHead(502).end("<html>"), "http-502"],
    ["a page that is no JSON", (response) => void response.writeHead(200).end("<html>"), "bad-answer"],
    ["a redirection", (response) => void response.writeHead(302, { location: "/elsewhere" }).end(), "rest-unreachable"],
    ["a connection that breaks", (response) => void response.destroy(), "rest-broken-off"],
  ];
  for (const [what, answer, code] of odd) {
    it(`given ${what}, when received, then the code is ${code}`, async () => {
      answers.push(answer);
      await assert.rejects(rest.request("GET", "/x"), (error) => errorCodeOf(error) === code);
    });
  }

  it("given nobody who listens, when asked, then it is unreachable and says where", async () => {
    const url = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
    const nobody = new RestClient(() => ({ url }), assert.fail);
    await assert.rejects(nobody.request("GET", "/x"), new RegExp(`${url} cannot be reached: .*ECONNREFUSED`));
  });

  it("given a server that is silent, when time is up, then it says so", async () => {
    answers.push(() => undefined);
    await assert.rejects(rest.request("GET", "/x", { timeoutMs: 50 }), /does not answer in time/);
  });

  describe("an answer of many lines", () => {
    const lines =
      (...parts: readonly string[]): Answer =>
      (response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        for (const part of parts) response.write(part);
        response.end();
      };
    const stream = async (): Promise<{ result: unknown; passed: unknown[] }> => {
      const passed: unknown[] = [];
      const result = await rest.stream("POST", "/configuration", { body: {} }, (line) => void passed.push(line));
      return { result, passed };
    };

    it("given a line of a phase, when it has come, then it passes before the next one does", async () => {
      let goOn: () => void = () => undefined;
      answers.push((response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" }).write('{"phase":"a"}\n');
        goOn = () => void response.end('{"sequence":3,"applied":false}\n');
      });
      await rest.stream("POST", "/configuration", { body: {} }, () => goOn());
      assert.equal(late, 1, "call control does not go by it yet");
    });

    it("given lines cut anywhere, when read, then all but the last pass and the last is the result", async () => {
      answers.push(lines('{"phase":"a"}\n{"pha', 'se":"b"}\n\n{"sequ', 'ence":3}'));
      assert.deepEqual(await stream(), { result: { sequence: 3 }, passed: [{ phase: "a" }, { phase: "b" }] });
    });

    it("given a server that does not stream, when it answers, then that is the result", async () => {
      answers.push(json(200, { sequence: 3 }));
      assert.deepEqual(await stream(), { result: { sequence: 3 }, passed: [] });
    });

    it("given a problem at the end, when read, then it is thrown", async () => {
      answers.push(lines('{"phase":"a"}\n', '{"code":"in-use","status":409,"detail":"D"}\n'));
      await assert.rejects(stream(), (error) => error instanceof RestRefusal && error.code === "in-use");
    });

    for (const [what, answer, code] of [
      ["nothing", lines(), "bad-answer"],
      ["a line that is no JSON", lines('{"phase":"a"}\nx\n'), "bad-answer"],
    ] as const) {
      it(`given ${what}, when read, then the code is ${code}`, async () => {
        answers.push(answer);
        await assert.rejects(stream(), (error) => errorCodeOf(error) === code);
      });
    }

    it("given Ctrl-C between two lines, when read, then it ends as interrupted", async () => {
      const controller = new AbortController();
      answers.push((response) => {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        response.write('{"phase":"a"}\n{"phase":"b"}\n');
      });
      const reading = rest.stream("POST", "/x", { interrupted: controller.signal }, () => controller.abort());
      await assert.rejects(reading, (error) => errorCodeOf(error) === "interrupted");
    });
  });

  describe("objects", () => {
    let client: ConfigurationClient;
    beforeEach(() => (client = new ConfigurationClient(rest)));

    it("given two pages, when listed, then all objects come", async () => {
      answers.push(
        json(200, { items: [{ id: "a" }], next: "a", total: 2 }),
        json(200, { items: [{ id: "b" }], next: null }),
      );
      assert.deepEqual(await client.list("phone", { where: { owner: "x" } }), [{ id: "a" }, { id: "b" }]);
      assert.deepEqual(
        seen.map(({ line }) => line),
        ["GET /api/v1/phones?owner=x&limit=1000", "GET /api/v1/phones?owner=x&limit=1000&after=a"],
      );
    });

    it("given a server whose pages do not go on, when listed, then it ends", async () => {
      for (let count = 0; count < 2; count += 1) answers.push(json(200, { items: [{ id: "a" }], next: "a" }));
      assert.equal((await client.list("phone")).length, 2);
    });

    it("given no object, when looked for, then there is none; other refusals are thrown", async () => {
      answers.push(problem(404, "not-found"), problem(404, "no-such-route"));
      assert.equal(await client.find("directory-number", "1@p"), undefined);
      await assert.rejects(client.find("phone", "a"), (error) => errorCodeOf(error) === "no-such-route");
      assert.equal(seen[0]?.line, "GET /api/v1/directory-numbers/1%40p");
    });

    it("given somebody else who changes it, when changed, then it is read again", async () => {
      answers.push(json(200, { id: "a", revision: 1, n: 1 }), problem(412, "changed-meanwhile"));
      answers.push(json(200, { id: "a", revision: 2, n: 5 }), json(200, { id: "a", revision: 3 }));
      await client.change("phone", "a", ({ n }) => ({ n: Number(n) + 1 }));
      assert.deepEqual([seen.at(-1)?.headers["if-match"], seen.at(-1)?.body], ['"2"', '{"n":6}']);
    });

    it("given others who never stop, when changed, then it gives up after five attempts", async () => {
      for (let attempt = 0; attempt < 5; attempt += 1) {
        answers.push(json(200, { id: "a", revision: attempt }), problem(412, "changed-meanwhile"));
      }
      await assert.rejects(
        client.change("phone", "a", () => ({})),
        (error) => errorCodeOf(error) === "changed-meanwhile",
      );
      assert.equal(seen.length, 10);
    });
  });
});
