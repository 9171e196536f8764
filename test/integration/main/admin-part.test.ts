import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { ChannelServer, RandomIds, silentLogger, SystemClock } from "../../../src/common/index.ts";
import { nodePaths, type NodePaths } from "../../../src/config/index.ts";
import { applyDeclared } from "../../../src/main/configuration/apply-declared.ts";
import { openConfiguration, withoutSecrets } from "../../../src/main/configuration/open-configuration.ts";
import { prepareDataDir } from "../../../src/main/node/data-dir.ts";
import type { NodeFile, PhoneRecord } from "../../../src/main/node/node-file.ts";
import { createAdminPart } from "../../../src/main/service/admin-part.ts";
import type { ServicePart } from "../../../src/main/service/service-part.ts";
import { eventually } from "../../support/eventually.ts";
import { nodeSettings } from "../../support/node-settings.ts";
import { basic, sendTo, type RestRequest } from "../../support/rest-fixture.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const IN_TIME = { timeoutMs: 10_000 };

describe("the admin service", () => {
  let directory: TemporaryDirectory;
  let paths: NodePaths;
  let node: NodeFile;
  let part: ServicePart | undefined;
  beforeEach(async () => {
    directory = new TemporaryDirectory("admin");
    paths = nodePaths(directory.join("data"));
    prepareDataDir(paths);
    const settings = await nodeSettings(paths.dataDir);
    const http = { ...settings.http, address: "0.0.0.0", token: "a-token-for-monitoring" };
    node = { ...settings, http, version: "1", configId: "1", wire: { host: "127.0.0.1", port: 1 } };
    const store = openConfiguration(paths, new SystemClock(), withoutSecrets(node.realm));
    await applyDeclared(store, settings, paths, () => undefined);
    store.close();
  });
  afterEach(async () => {
    await part?.close("shutdown");
    part = undefined;
    directory.close();
  });

  const started = async (): Promise<ServicePart> => {
    await part?.close("restart");
    const clock = new SystemClock();
    const channel = new ChannelServer({ path: paths.socket("admin"), logger: silentLogger, clock });
    part = await createAdminPart({ node, paths, clock, ids: new RandomIds(), logger: silentLogger, channel });
    await part.start();
    return part;
  };
  const send = (wanted: RestRequest) =>
    sendTo(
      node.http.port,
      { ...wanted, path: `/api/v1${wanted.path}` },
      readFileSync(paths.adminTokenFile, "utf8").trim(),
    );
  const firstPassword = (): string => readFileSync(paths.firstPasswordFile, "utf8").trim();

  it("given a new node, when started, then admin has a password that nobody else can read, and must change it", async () => {
    await started();
    for (const file of [paths.firstPasswordFile, paths.adminTokenFile])
      assert.equal(statSync(file).mode & 0o777, 0o600);
    const authorization = basic("admin", firstPassword());
    assert.equal((await send({ path: "/phones", authorization })).body.code, "password-must-change");
    const body = { oldPassword: firstPassword(), newPassword: "a password of my own" };
    const changed = await send({ method: "POST", path: "/me/password", authorization, body });
    assert.equal(changed.status, 204, changed.text);
    assert.equal(existsSync(paths.firstPasswordFile), false);
    assert.equal((await send({ path: "/phones", authorization: basic("admin", body.newPassword) })).status, 200);
  });

  it("given the first password, when it is not changed, then HTTP is on loopback alone; then at once where it should be", async () => {
    const heldBack = (await started()).status();
    assert.equal(heldBack["http"], `127.0.0.1:${node.http.port}`);
    assert.match(String(heldBack["warning"]), /first password/);
    const before = firstPassword();
    assert.equal((await started()).status()["http"], heldBack["http"]);
    assert.equal(firstPassword(), before);
    const body = { password: "a password of my own", mustChangePassword: false };
    await send({ method: "PATCH", path: "/users/admin", headers: { "if-match": "*" }, body });
    assert.equal(existsSync(paths.firstPasswordFile), false);
    const open = { http: `0.0.0.0:${node.http.port}` };
    await eventually(() => assert.deepEqual(part?.status(), open), IN_TIME);
    assert.equal((await send({ path: "/users/admin" })).status, 200);
    assert.deepEqual((await started()).status(), open);
  });

  it("given a configured address that cannot be had, when the first password is changed, then loopback goes on", async () => {
    node = { ...node, http: { ...node.http, address: "192.0.2.77" } };
    await started();
    const body = { password: "a password of my own", mustChangePassword: false };
    const changed = await send({ method: "PATCH", path: "/users/admin", headers: { "if-match": "*" }, body });
    assert.equal(changed.status, 200);
    await eventually(() => assert.match(String(part?.status()["warning"]), /192\.0\.2\.77/), IN_TIME);
    await eventually(async () => assert.equal((await send({ path: "/users/admin" })).status, 200), IN_TIME);
    assert.equal(part?.status()["http"], `127.0.0.1:${node.http.port}`);
  });

  it("given a phone of tandem.yaml, when it is changed, then the answer says so, and the file wins at the next start", async () => {
    const declare = async (...phones: readonly PhoneRecord[]): Promise<void> => {
      const store = openConfiguration(paths, new SystemClock(), withoutSecrets(node.realm));
      await applyDeclared(store, { name: node.name, phones, peers: [] }, paths, () => undefined);
      store.close();
    };
    const [desk, lab] = ["1001", "1002"].map((number) => {
      const ha1 = { MD5: "0".repeat(32) };
      return { name: `p${number}`, directoryNumber: number, user: number, ha1, profile: "standard-phone", maxCalls: 4 };
    });
    assert.ok(desk !== undefined && lab !== undefined);
    await started();
    await declare(desk);
    const patch = (id: string, body: object) =>
      send({ method: "PATCH", path: `/phones/${id}`, headers: { "if-match": "*" }, body });
    const calls = await patch("p1001", { maxCalls: 9, description: "mine" });
    assert.equal(calls.headers["tandem-declared"], "tandem.yaml");
    const other = await send({ method: "POST", path: "/phones", body: { name: "p1002" } });
    assert.equal(other.headers["tandem-declared"], undefined);
    await declare(desk, lab);
    const { body } = await send({ path: "/phones/p1001" });
    assert.deepEqual([body["maxCalls"], body["description"]], [4, "mine"]);
    assert.equal((await patch("p1002", { maxCalls: 9 })).headers["tandem-declared"], "tandem.yaml");
  });

  it("given an administrator, when started, then no other is made", async () => {
    await started();
    await send({
      method: "POST",
      path: "/users",
      body: { name: "ada", role: "administrator", password: "correct horse" },
    });
    await send({ method: "DELETE", path: "/users/admin", headers: { "if-match": "*" } });
    await started();
    assert.equal((await send({ path: "/users/admin" })).status, 404);
    assert.equal(existsSync(paths.firstPasswordFile), false);
  });

  it("given the token of one start, when started again, then another counts", async () => {
    await started();
    const before = readFileSync(paths.adminTokenFile, "utf8").trim();
    await started();
    assert.equal((await send({ path: "/phones" })).status, 200);
    assert.equal((await send({ path: "/phones", authorization: `Bearer ${before}` })).status, 401);
  });

  it("given entries of the audit, when started again, then they go on counting", async () => {
    await started();
    await send({ method: "POST", path: "/partitions", body: { name: "lobby" } });
    await started();
    await send({ method: "POST", path: "/partitions", body: { name: "hall" } });
    const { body } = await send({ path: "/audit" });
    assert.deepEqual(
      body.items.map(({ number }) => number),
      [2, 1],
    );
  });

  it("given a token of tandem.yaml, when used, then it reads the views and the configuration, and changes nothing", async () => {
    await started();
    const authorization = "Bearer a-token-for-monitoring";
    assert.equal((await send({ path: "/status", authorization })).status, 200);
    assert.equal((await send({ path: "/phones", authorization })).status, 200);
    assert.equal((await send({ path: "/status", authorization: null })).status, 401);
    assert.equal((await send({ method: "POST", path: "/partitions", body: { name: "x" }, authorization })).status, 403);
  });
});
