import assert from "node:assert/strict";
import { basic, RestFixture } from "../../../support/rest-fixture.ts";

describe("the whole configuration over the REST API", () => {
  let rest: RestFixture;
  beforeEach(async () => {
    rest = await RestFixture.start();
    await rest.addUser("ada", "auditor", "correct horse");
    await rest.post("/bulk", {
      operations: [
        { operation: "create", collection: "directory-numbers", body: { number: "1001" } },
        {
          operation: "create",
          collection: "phones",
          body: { name: "desk", lines: [{ directoryNumber: "1001" }], credentials: { password: "s3cret" } },
        },
      ],
    });
  });
  afterEach(() => rest.close());

  const lines = (text: string): Record<string, unknown>[] =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it("given a configuration, when exported, then it is whole, without secrets, and imports as no change", async () => {
    const { status, body, text } = await rest.get("/configuration");
    assert.equal(status, 200);
    assert.equal((body["phones"] as { name: string }[])[0]?.name, "desk");
    assert.doesNotMatch(text, /ha1|argon2/);
    const again = await rest.post("/configuration?mode=replace", body);
    const { created, changed, removed } = again.body;
    assert.deepEqual({ created, changed, removed }, { created: 0, changed: 0, removed: 0 }, again.text);
    assert.equal(again.body.sequence, rest.store.sequence());
  });

  it("given secrets, when exported, then administrators alone get them, and that is recorded", async () => {
    const authorization = basic("ada", "correct horse");
    assert.equal((await rest.send({ path: "/configuration?secrets=true", authorization })).body.code, "forbidden");
    assert.equal((await rest.send({ path: "/configuration", authorization })).status, 200);
    assert.match((await rest.get("/configuration?secrets=true")).text, /argon2id.*/);
    const { body } = await rest.get("/audit");
    assert.deepEqual(
      body.items.filter(({ event }) => event === "secrets-exported").map(({ user }) => user),
      ["cli"],
    );
  });

  it("given a document, when merged and when replacing, then the rest stays or goes, all in one change each", async () => {
    const small = { version: 1, partitions: [{ name: "lobby" }] };
    const dry = await rest.post("/configuration?dryRun=true", small);
    assert.equal(dry.body["created"], 1);
    assert.equal(rest.store.get("partition", "lobby"), undefined);
    const merged = await rest.post("/configuration", small);
    assert.equal(merged.body["created"], 1);
    assert.ok(rest.store.get("phone", "desk"));
    const before = rest.store.sequence();
    const document = (await rest.get("/configuration")).body;
    const replaced = await rest.post("/configuration?mode=replace", { ...document, phones: [] });
    assert.equal(replaced.body["removed"], 1, replaced.text);
    assert.equal(rest.store.sequence(), before + 1);
    const entry = (await rest.get("/audit?limit=1")).body.items[0];
    assert.equal(entry?.["event"], "imported");
    assert.equal(entry.sequence, before + 1);
  });

  it("given an import of lines, when it goes on, then progress comes first and the result last", async () => {
    const partitions = Array.from({ length: 500 }, (_, index) => ({ name: `p${index}` }));
    const headers = { accept: "application/x-ndjson" };
    const answer = await rest.post("/configuration", { version: 1, partitions }, headers);
    assert.equal(answer.headers["content-type"], "application/x-ndjson");
    const all = lines(answer.text);
    assert.equal(all.at(-1)?.["created"], 500);
    assert.deepEqual([...new Set(all.slice(0, -1).map(({ phase }) => phase))], ["read", "apply", "take up"]);
    assert.ok(all.length > 4);
  });

  it("given a document with faults, when imported, then each is told, as an answer or as the last line", async () => {
    const faulty = { version: 1, partitions: [{ name: "a b" }], phones: [{ name: "p", devicePool: "nowhere" }] };
    const { status, body } = await rest.post("/configuration", faulty);
    assert.equal(status, 422);
    assert.equal(body.violations[0]?.path, "name");
    const streamed = await rest.post("/configuration", faulty, { accept: "application/x-ndjson" });
    const last = lines(streamed.text).at(-1);
    assert.equal(last?.["code"], "bad-object");
    assert.equal(last["status"], 422);
    assert.equal((await rest.post("/configuration?mode=both", faulty)).body.code, "bad-parameter");
    assert.equal((await rest.post("/configuration", { version: 1, telephones: [] })).body.code, "bad-object");
  });
});
