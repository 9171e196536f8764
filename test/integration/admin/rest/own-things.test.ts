import assert from "node:assert/strict";
import { basic, RestFixture, type RestAnswer } from "../../../support/rest-fixture.ts";

const PASSWORD = "correct horse";

describe("self-service over the REST API", () => {
  let rest: RestFixture;
  beforeEach(async () => {
    rest = await RestFixture.start();
    await rest.addUser("ada", "user", PASSWORD);
    await rest.addUser("bob", "user", PASSWORD);
    const number = (text: string, more = {}) => {
      return { operation: "create", collection: "directory-numbers", body: { number: text, ...more } };
    };
    const phone = (name: string, line: string, more = {}) => {
      return { operation: "create", collection: "phones", body: { name, lines: [{ directoryNumber: line }], ...more } };
    };
    const forwarding = { all: { callingSearchSpace: "internal", external: "+1" } };
    const { status, text } = await rest.post("/bulk", {
      operations: [
        number("1001", { forwarding, voiceMail: "1003" }),
        number("1002"),
        number("1003"),
        phone("desk", "1001", { owner: "ada", credentials: { password: "s3cret" } }),
        phone("lab", "1002"),
        phone("others", "1003", { owner: "bob" }),
        { operation: "merge", collection: "users", id: "ada", body: { devices: ["lab"] } },
      ],
    });
    assert.equal(status, 200, text);
  });
  afterEach(() => rest.close());

  const asAda = (path: string, method = "GET", body?: unknown, headers = {}): Promise<RestAnswer> => {
    const authorization = basic("ada", PASSWORD);
    return rest.send({ path: `/me${path}`, method, authorization, headers, ...(body === undefined ? {} : { body }) });
  };

  it("given own and associated devices, when asked who it is, then they are there with their lines", async () => {
    const { body } = await asAda("");
    assert.deepEqual(body["devices"], [
      { id: "desk", collection: "phones", lines: ["1001@internal"] },
      { id: "lab", collection: "phones", lines: ["1002@internal"] },
    ]);
    assert.equal(body["hasPin"], false);
  });

  it("given a PIN, when set and taken away, then only that is known of it", async () => {
    const { body, text } = await asAda("", "PUT", { pin: "4711" });
    assert.equal(body["hasPin"], true);
    assert.doesNotMatch(text, /4711/);
    assert.match(String(rest.store.get("user", "ada")?.body.pinHash), /^\$argon2id\$/);
    assert.equal((await asAda("", "PUT", { pin: null })).body["hasPin"], false);
  });

  it("given other fields of the own user, when sent, then they are refused", async () => {
    for (const body of [{ pin: "4711", role: "administrator" }, { role: "administrator" }, { devices: ["others"] }]) {
      assert.equal((await asAda("", "PUT", body)).body.code, "bad-body");
    }
    assert.equal(rest.store.get("user", "ada")?.body.role, "user");
  });

  it("given an own phone, when its speed dials are replaced, then nothing else of it is", async () => {
    const before = rest.store.get("phone", "desk")?.body;
    const { headers } = await asAda("/devices/desk/speed-dials");
    const dials = { speedDials: [{ label: "Lab", destination: "1002" }] };
    assert.equal((await asAda("/devices/desk/speed-dials", "PUT", dials)).status, 428);
    const put = await asAda("/devices/desk/speed-dials", "PUT", dials, { "if-match": headers.etag });
    assert.equal(put.status, 200, put.text);
    assert.deepEqual(rest.store.get("phone", "desk")?.body, { ...before, ...dials });
    assert.equal((await asAda("/devices/desk/speed-dials", "PUT", dials, { "if-match": headers.etag })).status, 412);
    const bad = { speedDials: [{ label: "x", destination: "no number" }] };
    assert.equal((await asAda("/devices/desk/speed-dials", "PUT", bad, { "if-match": "*" })).body.code, "bad-body");
  });

  it("given an own line, when forwarded, then what targets are looked up in stays the administrator's", async () => {
    const path = "/lines/1001%40internal/forwarding";
    const shown = await asAda(path);
    assert.deepEqual(shown.body, { all: { external: "+1" } });
    const wish = { all: { internal: "1002" }, busy: { internal: "voice-mail" } };
    const put = await asAda(path, "PUT", wish, { "if-match": shown.headers.etag });
    assert.deepEqual(put.body, wish, put.text);
    assert.deepEqual(rest.store.get("directory-number", "1001@internal")?.body.forwarding, {
      all: { internal: "1002", callingSearchSpace: "internal" },
      busy: { internal: "voice-mail" },
    });
    const other = { all: { internal: "1", callingSearchSpace: "international" } };
    assert.equal((await asAda(path, "PUT", other, { "if-match": "*" })).body.code, "bad-body");
  });

  it("given what is somebody else's, when asked for or changed, then it is not there", async () => {
    for (const path of [
      "/devices/others/speed-dials",
      "/lines/1003%40internal/forwarding",
      "/devices/none/speed-dials",
    ]) {
      assert.equal((await asAda(path)).body.code, "not-found", path);
      const body = path.startsWith("/lines") ? {} : { speedDials: [] };
      assert.equal((await asAda(path, "PUT", body, { "if-match": "*" })).body.code, "not-found", path);
    }
  });

  it("given the token of the node, when it asks for its own things, then it has none", async () => {
    assert.deepEqual((await rest.get("/me")).body["devices"], []);
    const { body } = await rest.send({ method: "PUT", path: "/me", body: { pin: "4711" } });
    assert.equal(body.code, "forbidden");
  });
});
