import assert from "node:assert/strict";
import { RestFixture } from "../../../support/rest-fixture.ts";

const phone = {
  name: "desk-1001",
  credentials: { user: "1001", password: "s3cret-of-1001" },
  lines: [{ directoryNumber: "1001" }],
};

describe("collections of the REST API", () => {
  let rest: RestFixture;
  beforeEach(async () => {
    rest = await RestFixture.start();
    await rest.answerAsCallManager({ "configuration-changed": (params) => params });
    await rest.post("/directory-numbers", { number: "1001" });
  });
  afterEach(() => rest.close());

  it("given a body, when created, then it is answered with its place, its revision and no secret", async () => {
    const { status, headers, body, text } = await rest.post("/phones", phone);
    assert.equal(status, 201, text);
    assert.equal(headers.location, "/api/v1/phones/desk-1001");
    assert.equal(headers.etag, `"${body.revision}"`);
    assert.equal(headers["tandem-applied"], "true");
    assert.deepEqual(body.credentials, { user: "1001" });
    assert.equal(body.id, "desk-1001");
    assert.deepEqual((await rest.get("/phones/desk-1001")).body, body);
    assert.doesNotMatch(text, /s3cret|ha1/);
  });

  it("given a number, when created without a partition, then its id has the default one", async () => {
    const { headers, body } = await rest.post("/directory-numbers", { number: "+4930#1" });
    assert.equal(body.id, "+4930#1@internal");
    assert.equal(headers.location, "/api/v1/directory-numbers/%2B4930%231%40internal");
    assert.equal((await rest.get("/directory-numbers/%2B4930%231%40internal")).body.number, "+4930#1");
  });

  it("given a digest user that is changed without its password, when any old hash would stay, then it is refused", async () => {
    await rest.post("/phones", { name: "p", credentials: { user: "x", password: "s3cret" } });
    const [before, revision] = [rest.store.get("phone", "p")?.body.credentials, rest.store.sequence()];
    const [MD5, sha] = [before?.ha1?.MD5, before?.ha1?.["SHA-256"]];
    const patch = (credentials: unknown) =>
      rest.send({ method: "PATCH", path: "/phones/p", headers: { "if-match": "*" }, body: { credentials } });
    for (const credentials of [
      { user: "y" },
      { user: null },
      { user: "y", ha1: { MD5, "SHA-256": sha } },
      { user: "y", ha1: { "SHA-256": null } },
      { user: "y", ha1: { MD5: "0".repeat(32) } },
    ]) {
      const { body } = await patch(credentials);
      assert.equal(body.code, "rule-violated", JSON.stringify(credentials));
    }
    assert.equal(rest.store.sequence(), revision);
    assert.equal((await patch({ user: "y", password: "s3cret" })).status, 200);
    assert.notEqual(rest.store.get("phone", "p")?.body.credentials?.ha1?.MD5, MD5);
  });

  it("given an object as it was read, when written back by PUT, then its secrets stay", async () => {
    const made = await rest.post("/phones", phone);
    const before = rest.store.get("phone", "desk-1001")?.body.credentials;
    const { status, body } = await rest.send({
      method: "PUT",
      path: "/phones/desk-1001",
      headers: { "if-match": String(made.headers.etag) },
      body: { ...made.body, description: "on the desk" },
    });
    assert.equal(status, 200);
    assert.equal(body.description, "on the desk");
    assert.ok(before?.ha1?.MD5);
    assert.deepEqual(rest.store.get("phone", "desk-1001")?.body.credentials, before);
  });

  it("given another digest user, when written by PUT without a password, then the old hash does not stay", async () => {
    const made = await rest.post("/phones", phone);
    const { status, body } = await rest.send({
      method: "PUT",
      path: "/phones/desk-1001",
      headers: { "if-match": String(made.headers.etag) },
      body: { ...made.body, credentials: { user: "other" } },
    });
    assert.equal(status, 422);
    assert.equal(body.code, "rule-violated");
  });

  it("given a patch, when sent with the revision, then what it names is changed and null removes", async () => {
    const made = await rest.post("/phones", { ...phone, description: "old" });
    const { status, body } = await rest.send({
      method: "PATCH",
      path: "/phones/desk-1001",
      headers: { "if-match": String(made.headers.etag), "content-type": "application/merge-patch+json" },
      body: { description: null, maxCalls: 7 },
    });
    assert.equal(status, 200);
    assert.equal(body.maxCalls, 7);
    assert.equal(body.description, undefined);
  });

  it("given conditions of writes, when they do not hold, then nothing is done", async () => {
    const made = await rest.post("/phones", phone);
    const patch = (headers: Record<string, string>) =>
      rest.send({ method: "PATCH", path: "/phones/desk-1001", headers, body: { maxCalls: 9 } });
    assert.equal((await patch({})).status, 428);
    for (const tag of ['"1"', `W/${made.headers.etag}`, '"x", "y"']) {
      assert.equal((await patch({ "if-match": tag })).body.code, "changed-meanwhile", tag);
    }
    assert.equal((await patch({ "if-match": "7" })).body.code, "bad-parameter");
    const stale = await rest.send({
      method: "PATCH",
      path: "/phones/desk-1001",
      headers: { "if-match": "*" },
      body: { revision: 1, maxCalls: 9 },
    });
    assert.equal(stale.status, 412);
    assert.equal((await rest.get("/phones/desk-1001")).body.maxCalls, 4);
    assert.equal((await patch({ "if-match": `"1", ${made.headers.etag}` })).status, 200);
  });

  it("given PUT with If-None-Match: *, when there is none, then it is made; when there is one, then 412", async () => {
    const put = (id: string, body: object) =>
      rest.send({ method: "PUT", path: `/partitions/${id}`, headers: { "if-none-match": "*" }, body });
    assert.equal((await put("lobby", { name: "lobby" })).status, 201);
    assert.equal((await put("lobby", { name: "lobby" })).status, 412);
    assert.equal((await put("hall", { name: "lobby-2" })).body.code, "bad-body");
    assert.equal((await rest.send({ method: "PUT", path: "/partitions/x", body: { name: "x" } })).status, 428);
  });

  it("given a reader that has the object, when it asks again, then 304 without a body", async () => {
    const { headers } = await rest.get("/partitions/internal");
    const again = await rest.get("/partitions/internal", { "if-none-match": `"0", W/${headers.etag}` });
    assert.equal(again.status, 304);
    assert.equal(again.text, "");
    assert.equal(again.headers.etag, headers.etag);
    assert.equal((await rest.get("/partitions/internal", { "if-none-match": '"0"' })).status, 200);
  });

  it("given an object, when deleted, then it is gone; when others refer to it, then it stays", async () => {
    await rest.post("/phones", phone);
    const remove = (path: string) => rest.send({ method: "DELETE", path, headers: { "if-match": "*" } });
    const used = await remove("/directory-numbers/1001%40internal");
    assert.equal(used.body.code, "in-use");
    assert.match(used.body.detail, /desk-1001/);
    assert.equal((await remove("/phones/desk-1001")).status, 204);
    assert.equal((await rest.get("/phones/desk-1001")).status, 404);
  });

  it("given many objects, when listed, then pages, filters and search find each once", async () => {
    const operations = Array.from({ length: 250 }, (_, index) => ({
      operation: "create",
      collection: "directory-numbers",
      body: { number: String(2_000 + index), ...(index % 2 === 0 ? { displayName: `Room ${index}` } : {}) },
    }));
    assert.equal((await rest.post("/bulk", { operations })).body.changed, 250);
    const seen: string[] = [];
    let after = "";
    for (let page = 0; page < 5; page += 1) {
      const { body } = await rest.get(`/directory-numbers?limit=100&after=${encodeURIComponent(after)}`);
      assert.equal(body.total, 251);
      seen.push(...body.items.map(({ id }) => id));
      if (body.next === null) break;
      after = String(body.next);
    }
    assert.equal(new Set(seen).size, 251);
    assert.equal(seen.length, 251);
    assert.equal((await rest.get("/directory-numbers?displayName=Room%204")).body.items[0]?.id, "2004@internal");
    const searched = await rest.get("/directory-numbers?q=room%201&limit=3");
    assert.equal(searched.body.items.length, 3);
    assert.equal(searched.body.total, 55);
    const next = await rest.get(`/directory-numbers?q=room%201&limit=1000&after=${searched.body.next}`);
    assert.equal(next.body.items.length, 52);
    assert.equal(next.body.next, null);
  });

  it("given a phone, when filtered by a path, then lists are looked through; secrets and unknown fields are refused", async () => {
    await rest.post("/phones", phone);
    assert.equal((await rest.get("/phones?lines.directoryNumber=1001%40internal")).body.total, 1);
    assert.equal((await rest.get("/phones?lines.directoryNumber=1002%40internal")).body.total, 0);
    assert.equal((await rest.get("/phones?name=a&name=desk-1001")).body.total, 1);
    assert.equal((await rest.get("/phones?credentials.ha1.MD5=x")).body.total, 0);
    const hash = rest.store.get("phone", "desk-1001")?.body.credentials?.ha1?.MD5 ?? "";
    assert.equal((await rest.get(`/phones?credentials.ha1.MD5=${hash}`)).body.total, 0);
    assert.equal((await rest.get(`/phones?q=${hash}`)).body.total, 0);
    assert.equal((await rest.get("/users?passwordHash=x")).body.code, "bad-parameter");
    assert.equal((await rest.get("/phones?colour=red")).body.code, "bad-parameter");
    assert.equal((await rest.get("/phones?limit=0")).body.code, "bad-parameter");
  });
});
