import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { RestFixture } from "../../../support/rest-fixture.ts";

describe("changes over the REST API", () => {
  let rest: RestFixture;
  beforeEach(async () => {
    rest = await RestFixture.start();
  });
  afterEach(() => rest.close());

  it("given operations that depend on each other, when sent in bulk, then all are one change", async () => {
    const { body } = await rest.post("/bulk", {
      summary: "a phone and its number",
      operations: [
        { operation: "create", collection: "phones", body: { name: "p1", lines: [{ directoryNumber: "1001" }] } },
        { operation: "put", collection: "directory-numbers", id: "1001@internal", body: { number: "1001" } },
        { operation: "merge", collection: "phones", id: "p1", body: { description: "first" } },
      ],
    });
    assert.equal(body.changed, 2);
    assert.equal(body.sequence, rest.store.sequence());
    assert.equal(rest.store.get("phone", "p1")?.body.description, "first");
    assert.equal(rest.store.changesBefore(undefined, 1)[0]?.author, "cli");
  });

  it("given one operation that fails, when sent with others, then none is done and it is named", async () => {
    const { status, body } = await rest.post("/bulk", {
      operations: [
        { operation: "create", collection: "partitions", body: { name: "lobby" } },
        { operation: "delete", collection: "partitions", id: "nowhere" },
      ],
    });
    assert.equal(status, 404);
    assert.deepEqual(body.violations[0], { kind: "partition", id: "nowhere", path: "", message: "there is none" });
    assert.equal(rest.store.get("partition", "lobby"), undefined);
  });

  it("given operations that say too little or too much, when sent, then the place is named", async () => {
    const faults: readonly (readonly [object, string])[] = [
      [{ operation: "merge", collection: "phones", body: {} }, "operations.0.id"],
      [{ operation: "create", collection: "phones" }, "operations.0.body"],
      [{ operation: "create", collection: "phones", body: { name: "p" }, ifRevision: 1 }, "operations.0.ifRevision"],
      [{ operation: "put", collection: "phones", id: "q", body: { name: "p" } }, "operations.0.id"],
      [{ operation: "create", collection: "telephones", body: {} }, "operations.0.collection"],
    ];
    for (const [operation, path] of faults) {
      const { body } = await rest.post("/bulk", { operations: [operation] });
      assert.equal(body.code, "bad-body");
      assert.equal(body.violations[0]?.path, path);
    }
  });

  it("given a user that one bulk changes and then puts or makes anew, when done, then its password stays unless it was deleted", async () => {
    await rest.addUser("ada", "operator", "correct horse");
    const hash = rest.store.get("user", "ada")?.body.passwordHash;
    const merge = { operation: "merge", collection: "users", id: "ada", body: { displayName: "Ada" } };
    const put = { operation: "put", collection: "users", body: { name: "ada", role: "auditor" } };
    const replace = { ...put, operation: "replace", id: "ada" };
    for (const last of [put, replace]) {
      assert.equal((await rest.post("/bulk", { operations: [merge, last] })).status, 200);
      assert.equal(rest.store.get("user", "ada")?.body.passwordHash, hash);
      await rest.addUser("ada", "operator", "x", { password: undefined, passwordHash: hash });
    }
    const gone = { operation: "delete", collection: "users", id: "ada" };
    assert.equal((await rest.post("/bulk", { operations: [gone, put] })).status, 200);
    assert.equal(rest.store.get("user", "ada")?.body.passwordHash, undefined);
  });

  it("given large changes, when listed, then a page ends early and the next goes on", async () => {
    const users = (from: number) =>
      Array.from({ length: 1_500 }, (_, index) => {
        return { operation: "put", collection: "partitions", body: { name: `p${from + index}` } };
      });
    for (const from of [0, 1_500, 3_000]) await rest.post("/bulk", { operations: users(from) });
    const first = (await rest.get("/changes?limit=100")).body;
    assert.equal(first.items.length, 2);
    const second = (await rest.get(`/changes?limit=100&before=${String(first.next)}`)).body;
    assert.deepEqual(
      [...first.items, ...second.items].map(({ sequence }) => sequence),
      [4, 3, 2, 1],
    );
    assert.equal(second.next, null);
  });

  it("given a summary that would write to a terminal, when sent, then it is refused", async () => {
    const operations = [{ operation: "put", collection: "partitions", body: { name: "p" } }];
    const { body } = await rest.post("/bulk", { summary: "\u001b]0;owned\u0007", operations });
    assert.equal(body.code, "bad-body");
    assert.equal(body.violations[0]?.path, "summary");
  });

  it("given users with passwords, when put in bulk without them, then they stay", async () => {
    await rest.addUser("ada", "operator", "correct horse");
    const hash = rest.store.get("user", "ada")?.body.passwordHash;
    const put = { operation: "put", collection: "users", body: { name: "ada", role: "auditor" } };
    assert.equal((await rest.post("/bulk", { operations: [put] })).body.changed, 1);
    assert.equal(rest.store.get("user", "ada")?.body.role, "auditor");
    assert.equal(rest.store.get("user", "ada")?.body.passwordHash, hash);
  });

  it("given a change, when undone, then all is as before, and it cannot be undone again", async () => {
    const made = await rest.post("/partitions", { name: "lobby" });
    const undone = await rest.send({ method: "POST", path: `/changes/${made.body.revision}/undo` });
    assert.equal(undone.status, 200);
    assert.equal((await rest.get("/partitions/lobby")).status, 404);
    const again = await rest.send({ method: "POST", path: `/changes/${made.body.revision}/undo` });
    assert.equal(again.body.code, "nothing-to-undo");
  });

  it("given changes, when listed, then they come in pages, newest first, and without secrets", async () => {
    await rest.addUser("ada", "operator", "correct horse", { pin: "4711" });
    await rest.post("/partitions", { name: "lobby" });
    const first = await rest.get("/changes?limit=1");
    assert.equal(first.body.items[0]?.["summary"], "create partition lobby");
    const second = await rest.get(`/changes?limit=1&before=${first.body.next}`);
    const [entry] = second.body.items[0]?.["entries"] as { collection: string; id: string; after: object }[];
    assert.equal(entry?.collection, "users");
    assert.equal("passwordHash" in (entry?.after ?? {}), false);
    assert.doesNotMatch(second.text, /argon2/);
  });

  it("given 50 writers that count up one object, when they retry on 412, then no count is lost", async () => {
    await rest.post("/directory-numbers", { number: "1", maxCalls: 100 });
    const path = "/directory-numbers/1%40internal";
    const countUp = async (): Promise<number> => {
      for (let attempt = 1; ; attempt += 1) {
        const { headers, body } = await rest.get(path);
        const answer = await rest.send({
          method: "PATCH",
          path,
          headers: { "if-match": String(headers.etag) },
          body: { maxCalls: Number(body["maxCalls"]) + 1 },
        });
        if (answer.status === 200) return attempt;
        assert.equal(answer.body.code, "changed-meanwhile");
      }
    };
    const attempts = await Promise.all(Array.from({ length: 50 }, countUp));
    assert.equal((await rest.get(path)).body["maxCalls"], 150);
    assert.ok(attempts.some((count) => count > 1));
  });

  it("given 20 writers of different fields that take any revision, when all have written, then all is there", async () => {
    await rest.post("/phones", { name: "p1" });
    const writes = Array.from({ length: 20 }, (_, index) =>
      rest.send({
        method: "PATCH",
        path: "/phones/p1",
        headers: { "if-match": "*" },
        body: index % 2 === 0 ? { maxCalls: 5 + index } : { tollGuard: { concurrentCalls: 5 + index } },
      }),
    );
    for (const { status, text } of await Promise.all(writes)) assert.equal(status, 200, text);
    const { maxCalls, tollGuard } = rest.store.get("phone", "p1")?.body ?? {};
    assert.ok((maxCalls ?? 0) >= 5 && (tollGuard?.concurrentCalls ?? 50) < 50);
  });

  it("given call control that answers late or not at all, when something is changed, then the answer says so", async () => {
    const told: unknown[] = [];
    assert.equal((await rest.post("/partitions", { name: "a" })).headers["tandem-applied"], "false");
    await rest.answerAsCallManager({ "configuration-changed": (params) => (told.push(params), params) });
    const { headers, body } = await rest.post("/partitions", { name: "b" });
    assert.equal(headers["tandem-applied"], "true");
    assert.deepEqual(told, [{ sequence: body.revision }]);
  });

  it("given changes, when the audit is read, then it has who, from where and which fields; the file is its owner's", async () => {
    await rest.addUser("ada", "operator", "correct horse");
    const patch = { password: "another password", displayName: "Ada" };
    await rest.send({ method: "PATCH", path: "/users/ada", headers: { "if-match": "*" }, body: patch });
    const { body } = await rest.get("/audit?limit=1");
    const [entry] = body.items;
    const { event, user, source, objects, number } = entry ?? assert.fail("there is none");
    assert.deepEqual([event, user, source], ["changed", "cli", "127.0.0.1"]);
    const fields = ["displayName", "passwordHash"];
    const [object] = objects as { operation: string; kind: string; id: string; fields: string[] }[];
    assert.deepEqual(
      { ...object, fields: object?.fields.sort() },
      { operation: "changed", kind: "user", id: "ada", fields },
    );
    assert.equal(statSync(rest.paths.auditLog).mode & 0o777, 0o600);
    assert.doesNotMatch(readFileSync(rest.paths.auditLog, "utf8"), /another password|argon2/);
    assert.equal((await rest.get(`/audit?before=${number as number}`)).body.items.length, 0);
  });
});
