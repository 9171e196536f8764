import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { PROBLEMS, type ProblemCode } from "../../../../src/admin/rest/problem/problem-codes.ts";
import { SystemClock } from "../../../../src/common/index.ts";
import type { ConfigurationStore } from "../../../../src/database/index.ts";
import Database from "libsql";
import { ManualClock } from "../../../support/manual-clock.ts";
import {
  basic,
  RestFixture,
  type AnswerBody,
  type RestFixtureOptions,
  type RestRequest,
} from "../../../support/rest-fixture.ts";

/** The status and body of an answer. */
interface Seen {
  readonly status: number;
  readonly body: AnswerBody;
  readonly type: string;
}

interface Provocation {
  readonly with?: RestFixtureOptions;
  readonly provoke: (rest: RestFixture) => Promise<Seen>;
}

const fastClock = new ManualClock();
const anyMatch = { "if-match": "*" };
const sent =
  (wanted: RestRequest) =>
  async (rest: RestFixture): Promise<Seen> => {
    const { status, body, headers } = await rest.send(wanted);
    return { status, body, type: headers["content-type"] ?? "" };
  };
const asUser = (role: string, wanted: RestRequest, more = {}) => {
  return async (rest: RestFixture): Promise<Seen> => {
    await rest.addUser("somebody", role, "a long password", more);
    return sent({ ...wanted, authorization: basic("somebody", "a long password") })(rest);
  };
};

const PROVOCATIONS: Readonly<Record<ProblemCode, Provocation>> = {
  "not-found": { provoke: sent({ path: "/phones/nobody" }) },
  "already-exists": { provoke: sent({ method: "POST", path: "/partitions", body: { name: "internal" } }) },
  "bad-object": { provoke: sent({ method: "POST", path: "/partitions", body: { name: "a b", color: 7 } }) },
  "missing-reference": {
    provoke: sent({ method: "POST", path: "/directory-numbers", body: { number: "1", partition: "nowhere" } }),
  },
  "in-use": { provoke: sent({ method: "DELETE", path: "/partitions/internal", headers: anyMatch }) },
  "changed-meanwhile": {
    provoke: sent({ method: "DELETE", path: "/partitions/internal", headers: { "if-match": '"9"' } }),
  },
  "rule-violated": {
    provoke: sent({ method: "POST", path: "/route-patterns", body: { pattern: "9!" } }),
  },
  "nothing-to-undo": { provoke: sent({ method: "POST", path: "/changes/4711/undo" }) },
  "database-busy": { with: { clock: fastClock }, provoke: whileLocked },
  "database-failed": {
    provoke: (rest) => {
      rest.store.close();
      return sent({ method: "POST", path: "/partitions", body: { name: "lobby" } })(rest);
    },
  },
  "bad-request": { provoke: (rest) => raw(rest, "GET / HTTP/7.7\r\n\r\n") },
  "malformed-json": { provoke: sent({ method: "POST", path: "/partitions", body: '{\n  "name": lobby\n}' }) },
  "bad-parameter": { provoke: sent({ path: "/partitions?limit=many" }) },
  "sign-in-needed": { provoke: sent({ path: "/partitions", authorization: null }) },
  "sign-in-refused": { provoke: sent({ path: "/partitions", authorization: basic("nobody", "nothing at all") }) },
  forbidden: { provoke: asUser("auditor", { method: "POST", path: "/partitions", body: { name: "lobby" } }) },
  "password-must-change": { provoke: asUser("administrator", { path: "/partitions" }, { mustChangePassword: true }) },
  "host-refused": { provoke: sent({ path: "/partitions", headers: { host: "evil.example" } }) },
  "origin-refused": { provoke: sent({ path: "/partitions", headers: { origin: "http://evil.example" } }) },
  "no-such-route": { provoke: sent({ path: "/telephones" }) },
  "method-not-allowed": { provoke: sent({ method: "DELETE", path: "/partitions" }) },
  "not-acceptable": { provoke: sent({ path: "/partitions", headers: { accept: "text/html, application/json;q=0" } }) },
  "request-timeout": {
    with: { timeouts: { headerMs: 200, requestMs: 400, checkMs: 50 } },
    provoke: (rest) => raw(rest, "GET /api/v1/partitions HTTP/1.1\r\nHost: localhost\r\n"),
  },
  "body-too-large": {
    provoke: sent({ method: "POST", path: "/partitions", body: { name: "x", description: "x".repeat(1_100_000) } }),
  },
  "too-many-operations": {
    provoke: sent({ method: "POST", path: "/bulk", body: { operations: Array.from({ length: 10_001 }, () => ({})) } }),
  },
  "unsupported-media-type": {
    provoke: sent({
      method: "POST",
      path: "/partitions",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "name=lobby",
    }),
  },
  "bad-body": { provoke: sent({ method: "POST", path: "/bulk", body: { operations: [] } }) },
  "precondition-needed": { provoke: sent({ method: "DELETE", path: "/partitions/internal" }) },
  "too-many-attempts": {
    provoke: async (rest) => {
      const attempt = sent({ path: "/partitions", authorization: basic("admin", "a wrong password") });
      for (let count = 0; count < 8; count += 1) assert.equal((await attempt(rest)).status, 401);
      return attempt(rest);
    },
  },
  "headers-too-large": { provoke: sent({ path: "/partitions", headers: { "x-long": "x".repeat(20_000) } }) },
  failed: {
    with: { wrap: failingReads },
    provoke: sent({ path: "/partitions/internal" }),
  },
  "too-busy": {
    provoke: async (rest) => {
      const attempts = Array.from({ length: 35 }, (_, index) =>
        sent({ path: "/partitions", authorization: basic(`user-${index}`, "a wrong password") })(rest),
      );
      const answers = await Promise.all(attempts);
      assert.ok(answers.every(({ status }) => status === 401 || status === 503));
      return answers.find(({ status }) => status === 503) ?? assert.fail("all of them were checked at a time");
    },
  },
  unavailable: { provoke: sent({ path: "/devices" }) },
};

describe("problems of the REST API", () => {
  let rest: RestFixture | undefined;
  afterEach(async () => {
    await rest?.close();
    rest = undefined;
  });

  for (const [code, { with: options, provoke }] of Object.entries(PROVOCATIONS)) {
    it(`given what leads to ${code}, when sent, then it is a problem document of that code`, async () => {
      rest = await RestFixture.start(options);
      const { status, body, type } = await provoke(rest);
      const { status: expected, title } = PROBLEMS[code as ProblemCode];
      assert.equal(body.code, code, JSON.stringify(body));
      assert.equal(status, expected);
      assert.equal(type, "application/problem+json");
      assert.equal(body["type"], `urn:tandem:problem:${code}`);
      assert.equal(body["title"], title);
      assert.equal(body["status"], expected);
      assert.ok(body.detail.length > 0);
    });
  }

  it("given the reference, when read, then every code is in it with its status", () => {
    const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "..", "docs", "rest-api.md"), "utf8");
    const listed = [...text.matchAll(/^\| (\d{3}) +\| `([a-z-]+)`/gm)].map(([, status, code]) => `${status} ${code}`);
    assert.deepEqual(
      listed.sort(),
      Object.entries(PROBLEMS)
        .map(([code, { status }]) => `${status} ${code}`)
        .sort(),
    );
  });

  it("given problems with more to say, when answered, then headers say it", async () => {
    rest = await RestFixture.start();
    const notAllowed = await rest.send({ method: "PATCH", path: "/phones", body: {} });
    assert.equal(notAllowed.headers.allow, "GET, HEAD, POST");
    assert.equal((await rest.send({ method: "POST", path: "/status" })).headers.allow, "GET, HEAD");
    const signIn = await rest.send({ path: "/phones", authorization: null });
    assert.match(String(signIn.headers["www-authenticate"]), /^Bearer realm="tandem", Basic /);
    assert.equal((await rest.get("/devices")).headers["retry-after"], "2");
    const form = await rest.send({
      method: "PATCH",
      path: "/phones/x",
      headers: { "content-type": "text/plain", ...anyMatch },
      body: "x",
    });
    assert.equal(form.headers["accept-patch"], "application/merge-patch+json, application/json");
    for (const { headers } of [notAllowed, signIn, form]) {
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["cache-control"], "no-store");
      assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
    }
  });

  it("given bodies that are no JSON, when sent, then line and column of the first fault are told", async () => {
    rest = await RestFixture.start();
    const faults: readonly (readonly [string, string])[] = [
      ['{\n  "name": lobby\n}', "line 2, column 11: expected a value"],
      ['{"a":1,}', "line 1, column 8: expected a key in double quotes"],
      ["[1 2]", "line 1, column 4: expected a comma or ]"],
      ['{"a":1} x', "line 1, column 9: expected the end"],
      ['{"a"', "line 1, column 5: expected a colon"],
      ['{"a":"\u0001"}', "line 1, column 6: expected a value"],
      ["", "the request has no body"],
      ["[".repeat(40) + "]".repeat(40), "the body is nested deeper than 32 levels"],
      ['{"__proto__":{"role":"administrator"}}', "the key __proto__ is not taken"],
    ];
    for (const [body, detail] of faults) {
      const answer = await rest.post("/partitions", body);
      assert.equal(answer.body.code, "malformed-json", body);
      assert.equal(answer.body.detail, detail);
    }
    const latin = await rest.post("/partitions", Buffer.from([0x22, 0xe4, 0x22]));
    assert.equal(latin.body.detail, "the body is not UTF-8");
  });

  it("given an object with several faults, when sent, then each is told with its path", async () => {
    rest = await RestFixture.start();
    const { body } = await rest.post("/phones", { name: "p", lines: [{ directoryNumber: "x y" }], maxCalls: 0 });
    const paths = body.violations.map(({ kind, id, path }) => `${kind} ${id} ${path}`);
    assert.deepEqual(paths.sort(), ["phone p lines.0.directoryNumber", "phone p maxCalls"]);
  });

  it("given addresses that are no addresses, when asked for, then it is a problem, not an error of the server", async () => {
    rest = await RestFixture.start();
    assert.equal((await rest.get("/phones/%E0%A4%A")).body.code, "bad-request");
    assert.equal((await rest.get(`/phones/${"x".repeat(4_000)}`)).body.code, "no-such-route");
    assert.equal((await rest.get("/phones/..%2f..%2fetc")).body.code, "not-found");
    assert.equal((await rest.get("/phones/__proto__")).body.code, "not-found");
    assert.equal((await rest.get("/partitions?__proto__=x")).body.code, "bad-parameter");
    assert.equal((await rest.get("/partitions?constructor=x")).body.code, "bad-parameter");
  });
});

/** Another process that writes for longer than is waited for. */
async function whileLocked(rest: RestFixture): Promise<Seen> {
  const other = new Database(rest.paths.configurationFile);
  other.exec("BEGIN IMMEDIATE");
  try {
    let isAnswered = false;
    const answer = sent({ method: "POST", path: "/partitions", body: { name: "lobby" } })(rest).finally(() => {
      isAnswered = true;
    });
    while (!isAnswered) {
      fastClock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await answer;
  } finally {
    other.exec("ROLLBACK");
    other.close();
  }
}

function failingReads(store: ConfigurationStore): ConfigurationStore {
  return new Proxy(store, {
    get: (target, key) => {
      if (key === "get") return () => assert.fail("a fault of ours with a secret in it");
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Sends bytes as they are and reads the answer until the server ends it. */
async function raw(rest: RestFixture, text: string): Promise<Seen> {
  const socket = connect(rest.port, "127.0.0.1");
  const timer = new SystemClock().after(20_000, () => socket.destroy(new Error("no answer")));
  socket.write(text);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  timer.cancel();
  const [head = "", body = "{}"] = answer.split("\r\n\r\n", 2);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]),
    type: /^content-type: (.*)$/im.exec(head)?.[1] ?? "",
    body: JSON.parse(body) as AnswerBody,
  };
}
