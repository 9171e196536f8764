import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { hashPassword } from "../../src/main/secrets/password-hash.ts";
import { Cleanup } from "../support/cleanup.ts";
import { CtiClient, CtiRefusal } from "../support/cti-client.ts";
import { ManagedProcess } from "../support/managed-process.ts";
import { NodeConfiguration } from "../support/node-configuration.ts";
import { TandemNode } from "../support/tandem-node.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const OPEN = { client: { name: "test" }, protocol: ["1.0"] };
const PASSWORD = "a good password";

interface Row {
  readonly id: string;
  readonly user: string;
  readonly state: string;
}

describe("CTIManager as a process of a node", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let configuration: NodeConfiguration;
  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    configuration = cleanup.add(new NodeConfiguration(node), (opened) => opened.close());
    const passwordHash = await hashPassword(PASSWORD);
    await configuration.apply(
      ...["ann", "bob", "carl"].map((name) => {
        return { type: "create", kind: "user", body: { name, passwordHash, ctiEnabled: name !== "carl" } } as const;
      }),
    );
  });
  after(() => cleanup.run());

  const connect = async (): Promise<CtiClient> => {
    const client = await CtiClient.connect(node.cti);
    cleanup.add(client, () => client.destroy());
    return client;
  };
  const open = async (client: CtiClient, params: object): Promise<Readonly<Record<string, unknown>>> => {
    await node.ask("ctimanager", "configuration-changed");
    return client.open({ password: PASSWORD, ...params });
  };
  const rows = async (): Promise<readonly Row[]> => (await node.ask("ctimanager", "cti-sessions")) as readonly Row[];

  it("given users, when they sign in, then only those that may have a session, and the others are told why", async () => {
    const client = await connect();
    const refused = async (params: object): Promise<unknown> => {
      return open(client, params).catch((error: unknown) => (error instanceof CtiRefusal ? error.code : error));
    };
    assert.equal(await refused({ user: "ann", password: "wrong" }), "AUTH_FAILED");
    assert.equal(await refused({ user: "nobody" }), "AUTH_FAILED");
    assert.equal(await refused({ user: "carl" }), "AUTH_NOT_CTI_USER");
    const opened = await open(client, { user: "ann" });
    assert.equal(opened["heartbeatMs"], 10_000);
    assert.equal(opened["leaseMs"], 30_000);
    await client.request("provider.heartbeat");
    assert.deepEqual(
      (await rows()).map(({ user, state }) => ({ user, state })),
      [{ user: "ann", state: "connected" }],
    );
    const metrics = await node.metrics();
    assert.equal(metrics.sum("tandem_cti_sessions"), 1);
    await client.request("provider.close");
    assert.deepEqual(await rows(), []);
    const audit = (await node.ask("ctimanager", "cti-audit", { user: "ann" })) as { event: string }[];
    assert.deepEqual(
      audit.map(({ event }) => event),
      ["refused", "opened", "closed"],
    );
  });

  it("given a session, when ctimanager is killed, then the session is resumed in the next process", async () => {
    const client = await connect();
    const { sessionId, epoch } = await open(client, { user: "ann" });
    const pid = await node.killService("ctimanager");
    await client.closed;
    await node.serviceAgain("ctimanager", pid, 10_000);
    assert.deepEqual(
      (await rows()).map(({ id, state }) => ({ id, state })),
      [{ id: sessionId, state: "silent" }],
    );
    const again = await connect();
    const resumed = await open(again, { user: "ann", resume: { sessionId, epoch, lastSeq: 0 } });
    assert.equal(resumed["mode"], "resumed");
    await again.request("provider.close");
  });

  it("given lines that change around a kill, when resumed, then each change is told once, in order, without a gap", async () => {
    const lamp = (line: string, isOn: boolean): Promise<unknown> => {
      return isOn
        ? node.ask("callmanager", "set-lamp", { line, new: 1, old: 0 })
        : node.ask("callmanager", "clear-lamp", { line });
    };
    const lampsIn = (client: CtiClient): string[] =>
      client.events.flatMap(({ type, line }) => {
        const { name = "", isMessageWaiting } = (line ?? {}) as { name?: string; isMessageWaiting?: boolean };
        return type === "line.state" ? [`${name} ${isMessageWaiting === true ? "on" : "off"}`] : [];
      });
    await configuration.apply({
      type: "merge",
      kind: "user",
      name: "ann",
      body: { permissions: ["control-all-devices"] },
    });
    const first = await connect();
    const { sessionId, epoch } = await open(first, { user: "ann" });
    await first.request("events.subscribe", { topics: [{ kind: "all" }] });
    await lamp("1001@internal", true);
    await first.until((client) => lampsIn(client).includes("1001@internal on"));
    const lastSeq = Number(first.events.at(-1)?.["seq"]);
    const pid = await node.killService("ctimanager");
    await first.closed;
    await lamp("1001@internal", false);
    await lamp("1002@internal", true);
    await node.serviceAgain("ctimanager", pid, 10_000);
    await lamp("1003@internal", true);
    const second = await connect();
    const resumed = await open(second, { user: "ann", resume: { sessionId, epoch, lastSeq } });
    assert.equal(resumed["mode"], "resumed");
    await second.until((client) => lampsIn(client).includes("1003@internal on"), 10_000);
    assert.deepEqual(lampsIn(second), ["1001@internal off", "1002@internal on", "1003@internal on"]);
    const seqs = [...first.events, ...second.events].map(({ seq }) => seq);
    assert.deepEqual(
      seqs,
      seqs.map((_seq, index) => index + 1),
    );
    await second.request("provider.close");
  });

  it("given a token, when it is used, then it is bound to its scope, and revoking it ends its session", async () => {
    const token = "wallboard.a secret of the test";
    const tokenHash = createHash("sha256").update(token).digest("hex");
    const methods = ["events.*", "device.*"];
    await configuration.apply({
      type: "create",
      kind: "cti-token",
      body: { name: "wallboard", user: "ann", tokenHash, methods, devices: ["phone-1001"], monitorOnly: true },
    });
    await node.ask("ctimanager", "configuration-changed");
    const client = await connect();
    const refused = async (method: string, params: object): Promise<unknown> => {
      return client
        .request(method, params)
        .catch((error: unknown) => (error instanceof CtiRefusal ? error.code : error));
    };
    assert.equal(await refused("provider.open", { ...OPEN, token: "wallboard.wrong" }), "AUTH_FAILED");
    await client.open({ token });
    assert.equal(await refused("call.list", {}), "ACCESS_FEATURE");
    assert.equal(await refused("device.get", { device: "phone-1002" }), "ACCESS_DEVICE");
    const { device } = (await client.request("device.get", { device: "phone-1001" })) as { device: { name: string } };
    assert.equal(device.name, "phone-1001");
    const doNotDisturb = { device: "phone-1001", option: "silent" };
    assert.equal(await refused("device.setDoNotDisturb", doNotDisturb), "ACCESS_MONITOR_ONLY");
    await configuration.apply({ type: "delete", kind: "cti-token", name: "wallboard" });
    assert.deepEqual(await client.closed, { code: 4001, reason: "SESSION_CLOSED token-ended" });
  });

  it("given the owner of the node, when it signs in by its own token, then it may watch everything", async () => {
    const { token } = (await node.ask("ctimanager", "cti-local-token")) as { token: string };
    const client = await connect();
    assert.equal((await client.open({ token }))["user"], "cli");
    const { devices } = (await client.request("device.list")) as { devices: readonly unknown[] };
    assert.equal(devices.length, 10);
    await client.request("provider.close");
  });

  it("given a user whose right is taken away, when its session goes on, then it is closed with the reason", async () => {
    const client = await connect();
    await open(client, { user: "bob" });
    await configuration.apply({ type: "merge", kind: "user", name: "bob", body: { ctiEnabled: false } });
    assert.deepEqual(await client.closed, { code: 4001, reason: "SESSION_CLOSED user-disabled" });
  });

  it("given a ctimanager that runs, when a second one is started, then it refuses and says who is there", async () => {
    const { pid } = await node.hello("ctimanager");
    const program = join(ROOT, "dist", "main", "service.js");
    const second = new ManagedProcess({
      command: process.execPath,
      args: [program, "ctimanager", "--node-file", join(node.dataDir, "run", "node.json")],
      cwd: ROOT,
    });
    const exit = await second.exited(10_000);
    assert.equal(exit.code, 69);
    assert.match(second.output, new RegExp(`ctimanager runs already, process ${pid}, since \\d{4}-`));
    assert.equal((await node.hello("ctimanager")).pid, pid);
  });
});
