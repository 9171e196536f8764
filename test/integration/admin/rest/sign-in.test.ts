import assert from "node:assert/strict";
import { KINDS, collectionOf } from "../../../../src/database/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { basic, RestFixture, type RestAnswer } from "../../../support/rest-fixture.ts";

const PASSWORD = "correct horse";

describe("signing in to the REST API", () => {
  let rest: RestFixture;
  let clock: ManualClock;
  let whileApplied: () => Promise<unknown>;
  beforeEach(async () => {
    clock = new ManualClock();
    rest = await RestFixture.start({ clock, httpToken: "http-token-0123456789" });
    whileApplied = async () => undefined;
    await rest.answerAsCallManager({
      "configuration-changed": async (params) => {
        await whileApplied();
        return params;
      },
    });
    await rest.addUser("ada", "administrator", PASSWORD);
  });
  afterEach(() => rest.close());

  const signIn = (user: string, password: string): Promise<RestAnswer> =>
    rest.send({ method: "POST", path: "/sessions", body: { user, password }, authorization: null });
  const as = (authorization: string, path: string, method = "GET", body?: unknown, headers = {}): Promise<RestAnswer> =>
    rest.send({ path, method, authorization, headers, ...(body === undefined ? {} : { body }) });

  it("given user and password, when signed in, then the token works until it is signed out", async () => {
    const { status, body } = await signIn("ada", PASSWORD);
    assert.equal(status, 201);
    assert.match(body.token, /^[\w-]{43}$/);
    const bearer = `Bearer ${body.token}`;
    assert.equal((await as(bearer, "/me")).body["name"], "ada");
    assert.equal((await as(bearer, "/sessions/current", "DELETE")).status, 204);
    assert.equal((await as(bearer, "/me")).body.code, "sign-in-refused");
  });

  it("given a session, when it is used, then it lasts 12 hours more; when it is not, then it ends", async () => {
    const bearer = `Bearer ${(await signIn("ada", PASSWORD)).body.token}`;
    const hour = 3_600_000;
    clock.advance(11 * hour);
    assert.equal((await as(bearer, "/me")).status, 200);
    clock.advance(11 * hour);
    assert.equal((await as(bearer, "/me")).status, 200);
    clock.advance(12 * hour);
    assert.equal((await as(bearer, "/me")).status, 401);
  });

  it("given a wrong password or an unknown user, when signed in, then both are refused alike", async () => {
    const [wrong, unknown] = [await signIn("ada", "wrong password"), await signIn("nobody", "wrong password")];
    assert.equal(wrong.status, 401);
    assert.deepEqual(wrong.body, unknown.body);
    assert.deepEqual(wrong.headers["www-authenticate"], unknown.headers["www-authenticate"]);
  });

  it("given too many refusals, when the time is over, then the right password is taken again; others were never kept out", async () => {
    await rest.addUser("bob", "auditor", PASSWORD);
    for (let attempt = 0; attempt < 8; attempt += 1) assert.equal((await signIn("ada", "wrong password")).status, 401);
    const refused = await signIn("ada", PASSWORD);
    assert.equal(refused.body.code, "too-many-attempts");
    const seconds = Number(refused.headers["retry-after"]);
    assert.ok(seconds > 0 && seconds <= 300);
    assert.equal((await signIn("bob", PASSWORD)).status, 201);
    clock.advance(seconds * 1_000);
    assert.equal((await signIn("ada", PASSWORD)).status, 201);
  });

  it("given many right sign-ins at a time, when made, then none is refused", async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => as(basic("ada", PASSWORD), "/me")));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  });

  it("given a user whose role is taken away, when its token is used, then the role counts that it has now", async () => {
    await rest.addUser("eve", "administrator", PASSWORD);
    const bearer = `Bearer ${(await signIn("ada", PASSWORD)).body.token}`;
    await rest.send({ method: "PATCH", path: "/users/ada", headers: { "if-match": "*" }, body: { role: "user" } });
    assert.equal((await as(bearer, "/phones")).body.code, "forbidden");
    await rest.send({ method: "DELETE", path: "/users/ada", headers: { "if-match": "*" } });
    assert.equal((await as(bearer, "/me")).body.code, "sign-in-refused");
    assert.equal((await as(basic("ada", PASSWORD), "/me")).body.code, "sign-in-refused");
  });

  it("given roles, when they read and change, then each may do what it may and nothing more", async () => {
    for (const role of ["user", "auditor", "operator"]) await rest.addUser(role, role, PASSWORD);
    const status = async (user: string, path: string, method = "GET", body?: unknown): Promise<number> =>
      (await as(basic(user, PASSWORD), path, method, body)).status;
    const number = { number: "1" };
    assert.equal(await status("user", "/phones"), 403);
    assert.equal(await status("user", "/devices"), 403);
    assert.equal(await status("user", "/audit"), 403);
    assert.equal(await status("auditor", "/users"), 200);
    assert.equal(await status("auditor", "/directory-numbers", "POST", number), 403);
    assert.equal(await status("operator", "/directory-numbers", "POST", number), 201);
    assert.equal(await status("operator", "/users", "POST", { name: "eve", role: "administrator" }), 403);
    const operations = [{ operation: "create", collection: "users", body: { name: "eve", role: "administrator" } }];
    assert.equal(await status("operator", "/bulk", "POST", { operations }), 403);
    assert.equal(await status("operator", `/changes/${rest.store.sequence()}/undo`, "POST"), 403);
    assert.equal(
      await status("operator", "/service-parameters", "POST", { name: "ForwardMaximumHopCount", value: 5 }),
      403,
    );
    assert.equal(rest.store.get("user", "eve"), undefined);
  });

  it("given the token of tandem.yaml, when used, then it reads and changes nothing", async () => {
    const bearer = "Bearer http-token-0123456789";
    for (const kind of KINDS) {
      assert.equal((await as(bearer, `/${collectionOf(kind)}`)).status, 200);
      assert.equal((await as(bearer, `/${collectionOf(kind)}`, "POST", {})).body.code, "forbidden");
    }
    assert.equal(
      (await as(bearer, "/me/password", "POST", { oldPassword: "x", newPassword: "y".repeat(9) })).status,
      403,
    );
  });

  it("given a password that must change, when signed in, then only that is possible, and then everything", async () => {
    await rest.addUser("new", "administrator", PASSWORD, { mustChangePassword: true });
    const { body } = await signIn("new", PASSWORD);
    assert.equal(body["mustChangePassword"], true);
    const bearer = `Bearer ${body.token}`;
    for (const path of ["/phones", "/me", "/audit"])
      assert.equal((await as(bearer, path)).body.code, "password-must-change");
    const change = (oldPassword: string, newPassword: string) =>
      as(bearer, "/me/password", "POST", { oldPassword, newPassword });
    assert.equal((await change("wrong password", "a new password")).status, 401);
    assert.equal((await change(PASSWORD, PASSWORD)).body.code, "bad-body");
    assert.equal((await change(PASSWORD, "short")).body.code, "bad-body");
    const other = `Bearer ${(await signIn("new", PASSWORD)).body.token}`;
    assert.equal((await change(PASSWORD, "a new password")).status, 204);
    assert.equal((await as(bearer, "/phones")).status, 200);
    assert.equal((await as(other, "/me")).body.code, "sign-in-refused");
    assert.equal((await signIn("new", PASSWORD)).status, 401);
    assert.equal((await signIn("new", "a new password")).body["mustChangePassword"], false);
  });

  it("given a user that changes its password, when an administrator sets another right after it, then its session ends", async () => {
    await rest.addUser("eve", "operator", PASSWORD);
    const bearer = `Bearer ${(await signIn("eve", PASSWORD)).body.token}`;
    whileApplied = async () => {
      whileApplied = async () => undefined;
      assert.equal((await as(bearer, "/me")).status, 200, "its own change has not ended it");
      await rest.addUser("eve", "operator", "set by another");
    };
    const change = { oldPassword: PASSWORD, newPassword: "a new password" };
    assert.equal((await as(bearer, "/me/password", "POST", change)).status, 204);
    assert.equal((await as(bearer, "/me")).body.code, "sign-in-refused");
  });

  it("given an administrator that sets a password, when the user's own change comes too late, then it is refused", async () => {
    const { store } = rest;
    const apply = store.apply.bind(store);
    store.apply = async (request) => {
      if (request.summary === "own password") await rest.addUser("eve", "user", "set by another");
      return apply(request);
    };
    await rest.addUser("eve", "user", PASSWORD);
    const change = { oldPassword: PASSWORD, newPassword: "a new password" };
    const late = await as(basic("eve", PASSWORD), "/me/password", "POST", change);
    assert.equal(late.body.code, "changed-meanwhile", late.text);
    assert.equal((await as(basic("eve", "set by another"), "/me")).status, 200);
  });

  it("given the names that the node signs with, when users are to have them, then that is refused", async () => {
    for (const name of ["cli", "CLI", "http-token", "tandem", "tandem.yaml"]) {
      const { body } = await rest.post("/users", { name });
      assert.equal(body.code, "rule-violated", name);
      assert.equal(body.violations[0]?.path, "name");
    }
    assert.equal((await rest.post("/users", { name: "cli2" })).status, 201);
  });

  it("given sign-ins, when the audit is read, then they are there with user and address, and no password", async () => {
    await signIn("ada", "wrong password");
    await signIn("ada", PASSWORD);
    const { text, body } = await rest.get("/audit?user=ada");
    const events = body.items.map(({ event, user, source }) => [event, user, source]);
    assert.deepEqual(events, [
      ["signed-in", "ada", "127.0.0.1"],
      ["sign-in-refused", "ada", "127.0.0.1"],
    ]);
    assert.doesNotMatch(text, /wrong password|correct horse|argon2/);
  });
});
