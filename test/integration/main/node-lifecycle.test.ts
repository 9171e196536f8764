import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { ServiceHello } from "../../../src/admin/index.ts";
import type { MetricSample } from "../../../src/common/index.ts";
import { nodePaths } from "../../../src/config/index.ts";
import type { NodeFile, NodeSettings } from "../../../src/main/node/node-file.ts";
import { compileProgram } from "../../support/compiled-programs.ts";
import { eventually } from "../../support/eventually.ts";
import { SupervisedNode } from "../../support/supervised-node.ts";
import { nodeSettings } from "../../support/node-settings.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const NAMES = ["admin", "callmanager", "ctimanager", "edge", "media"];

describe("a node", function () {
  this.timeout(60_000);
  let folder: TemporaryDirectory;
  let dataDir: string;
  const nodes: SupervisedNode[] = [];
  let program: string;
  before(() => {
    program = compileProgram("trivial-node", "trivial-service")("trivial-node");
  });
  beforeEach(() => {
    folder = new TemporaryDirectory("node");
    dataDir = folder.join("data");
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node.close();
    folder.close();
  });

  const launch = (settings: NodeSettings): SupervisedNode => {
    const node = new SupervisedNode(settings, program);
    nodes.push(node);
    return node;
  };
  const launchReady = async (settings: NodeSettings): Promise<SupervisedNode> => {
    const node = launch(settings);
    await node.ready();
    return node;
  };
  const started = async (changes: Partial<NodeSettings> = {}): Promise<SupervisedNode> =>
    launchReady(await nodeSettings(dataDir, changes));

  it("given settings, when started, then all services are ready, and its files are its user's only", async () => {
    const node = await started();
    assert.deepEqual(
      (await node.services()).map(({ state }) => state),
      ["ready", "ready", "ready", "ready", "ready"],
    );
    const paths = nodePaths(dataDir);
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    for (const file of [paths.nodeFile, paths.wireSecretFile, paths.socket("edge"), paths.supervisorLock]) {
      assert.equal(statSync(file).mode & 0o777, 0o600, file);
    }
    const secret = readFileSync(paths.wireSecretFile, "utf8").trim();
    for (const pid of node.livingPids().values()) {
      assert.ok(!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(secret));
      assert.ok(!readFileSync(`/proc/${pid}/environ`, "utf8").includes(secret));
    }
  });

  it("given a service, when asked for its metrics, then its part's are there, and those of its process and log", async () => {
    const node = await started();
    const metrics = (await node.call("edge", "metrics")) as readonly MetricSample[];
    for (const name of ["tandem_trivial", "tandem_process_resident_bytes", "tandem_log_lines_dropped_total"]) {
      assert.ok(
        metrics.some((sample) => sample.name === name && sample.labels?.["service"] === "edge"),
        name,
      );
    }
  });

  it("given a running node, when Ctrl-C is pressed, then services stop in order and nothing is left", async () => {
    const node = await started();
    node.supervisor.signal("SIGINT");
    assert.deepEqual(await node.supervisor.exited(20_000), { code: 0, signal: null });
    assert.match(node.supervisor.output, /stopped\n$/);
    assert.equal(node.livingPids().size, 0);
    const closedAt = NAMES.map((name) => stoppedAt(dataDir, name));
    const [admin = "", callmanager = "", , edge = "", media = ""] = closedAt;
    assert.ok(admin <= edge && callmanager <= edge && edge <= media, closedAt.join(" "));
    assert.match(readFileSync(`${dataDir}/log/edge.out`, "utf8"), /edge closes for shutdown/);
    assert.equal(existsSync(nodePaths(dataDir).supervisorLock), false);
  });

  it("given a service that hangs, when Ctrl-C is pressed twice, then everything ends at once", async () => {
    const node = await started({ name: "hangs-at-stop" });
    node.supervisor.signal("SIGINT");
    await node.supervisor.outputMatching(/again to end everything at once/, 5_000);
    node.supervisor.signal("SIGINT");
    assert.deepEqual(await node.supervisor.exited(5_000), { code: 0, signal: null });
    assert.equal(node.livingPids().size, 0);
  });

  it("given a killed service, when it is missed, then it is started again and the others are left alone", async () => {
    const node = await started();
    const before = node.livingPids();
    process.kill(before.get("callmanager") ?? 0, "SIGKILL");
    const after = await eventually(
      async () => {
        const services = await node.services();
        const found = services.find(({ name }) => name === "callmanager");
        assert.deepEqual([found?.state, found?.restarts], ["ready", 1]);
        return node.livingPids();
      },
      { timeoutMs: 20_000 },
    );
    assert.notEqual(after.get("callmanager"), before.get("callmanager"));
    for (const name of ["admin", "edge", "media"]) assert.equal(after.get(name), before.get(name));
  });

  it("given a log folder that was removed, when a service is killed, then it comes back and the folder too", async () => {
    const node = await started();
    rmSync(`${dataDir}/log`, { recursive: true });
    process.kill(node.livingPids().get("admin") ?? 0, "SIGKILL");
    await eventually(
      async () => {
        const admin = (await node.services()).find(({ name }) => name === "admin");
        assert.deepEqual([admin?.state, admin?.restarts], ["ready", 1]);
      },
      { timeoutMs: 20_000 },
    );
    assert.ok(existsSync(`${dataDir}/log/admin.out`));
  });

  it("given a process id that cannot be recorded, when a service starts, then it runs and is taken over all the same", async () => {
    const { runDir, pidFile } = nodePaths(dataDir);
    mkdirSync(pidFile("admin"), { recursive: true });
    for (const folderOfNode of [dataDir, runDir]) chmodSync(folderOfNode, 0o700);
    const settings = await nodeSettings(dataDir);
    const node = await launchReady(settings);
    assert.match(readFileSync(`${dataDir}/log/admin.log`, "utf8"), /EISDIR.*process id cannot be recorded/);
    await node.supervisor.kill();
    const next = await launchReady(settings);
    assert.match(next.supervisor.output, /taking over running services: edge, callmanager, media, ctimanager, admin/);
    await next.call("supervisor", "stop");
    await next.supervisor.exited(20_000);
  });

  it("given an exception that nobody caught, when it is thrown, then it is in the log and the service comes back", async () => {
    const node = await started();
    await node.call("edge", "throw").catch(() => undefined);
    await eventually(async () => assert.equal((await node.services())[0]?.restarts, 1), { timeoutMs: 20_000 });
    const log = readFileSync(`${dataDir}/log/edge.log`, "utf8");
    assert.match(log, /"level":"error","message":"service died".*thrown on demand/);
    assert.match((await node.services())[0]?.lastExit ?? "", /exit code 1/);
  });

  it("given a restart by name, when asked for, then that service alone is new and was told to keep its calls", async () => {
    const node = await started();
    const before = node.livingPids();
    const answer = (await node.call("supervisor", "restart", { name: "edge" })) as { state: string; restarts: number };
    assert.deepEqual([answer.state, answer.restarts], ["ready", 1]);
    assert.notEqual(node.livingPids().get("edge"), before.get("edge"));
    assert.equal(node.livingPids().get("media"), before.get("media"));
    assert.match(readFileSync(`${dataDir}/log/edge.out`, "utf8"), /edge closes for restart/);
    await assert.rejects(node.call("supervisor", "restart", { name: "egde" }), { code: "unknown-service" });
    await assert.rejects(node.call("supervisor", "restart", {}), { code: "bad-params" });
  });

  it("given a killed supervisor, when the node is started again, then its services are taken over", async () => {
    const settings = await nodeSettings(dataDir);
    const node = await launchReady(settings);
    const before = node.livingPids();
    await node.supervisor.kill();
    const next = await launchReady(settings);
    assert.match(next.supervisor.output, /taking over running services: edge, callmanager, media, ctimanager, admin/);
    assert.deepEqual(next.livingPids(), before);
    assert.ok((await next.services()).every(({ adopted, restarts }) => adopted && restarts === 0));

    process.kill(before.get("media") ?? 0, "SIGKILL");
    await eventually(
      async () => {
        const media = (await next.services()).find(({ name }) => name === "media");
        assert.deepEqual([media?.state, media?.restarts, media?.adopted], ["ready", 1, false]);
      },
      { timeoutMs: 20_000 },
    );
    next.supervisor.signal("SIGTERM");
    assert.equal((await next.supervisor.exited(20_000)).code, 0);
    assert.equal(next.livingPids().size, 0);
  });

  it("given a service that died with the supervisor, when started again, then it is started and the rest taken over", async () => {
    const settings = await nodeSettings(dataDir);
    const node = await launchReady(settings);
    const before = node.livingPids();
    await node.supervisor.kill();
    process.kill(before.get("edge") ?? 0, "SIGKILL");
    const next = await launchReady(settings);
    const adopted = (await next.services()).filter((service) => service.adopted).map(({ name }) => name);
    assert.deepEqual(adopted.sort(), ["admin", "callmanager", "ctimanager", "media"]);
    assert.equal(wirePort(dataDir), wirePort(dataDir));
  });

  it("given services taken over, when another cannot start, then they live, and the node is ready once it can", async () => {
    const settings = await nodeSettings(dataDir);
    const node = await launchReady(settings);
    const before = node.livingPids();
    await node.supervisor.kill();
    process.kill(before.get("media") ?? 0, "SIGKILL");
    const obstacle = `${nodePaths(dataDir).runDir}/media.fails`;
    writeFileSync(obstacle, "");
    const next = launch(settings);
    await next.supervisor.outputMatching(/^media ended while the node started: .*; it is started again$/m, 20_000);
    rmSync(obstacle);
    await next.ready();
    for (const name of ["admin", "callmanager", "edge"]) assert.equal(next.livingPids().get(name), before.get(name));
  });

  it("given a frozen service without a supervisor, when started again, then it is replaced", async () => {
    const settings = await nodeSettings(dataDir);
    const node = await launchReady(settings);
    const before = node.livingPids();
    await node.supervisor.kill();
    process.kill(before.get("media") ?? 0, "SIGSTOP");
    const next = await launchReady(settings);
    assert.notEqual(next.livingPids().get("media"), before.get("media"));
    assert.equal(next.livingPids().get("edge"), before.get("edge"));
  });

  it("given another configuration, when started again, then it says so and restarts the services", async () => {
    const settings = await nodeSettings(dataDir);
    const node = await launchReady(settings);
    const before = node.livingPids();
    const port = wirePort(dataDir);
    await node.supervisor.kill();
    const next = await launchReady({ ...settings, realm: "other.test" });
    assert.match(next.supervisor.output, /restarting services .* since the configuration or version changed/);
    for (const [name, pid] of next.livingPids()) assert.notEqual(pid, before.get(name));
    assert.equal(wirePort(dataDir), port, "the edge listens for call control where it did");
  });

  it("given a running node, when another is started in its data-dir, then it is refused with who holds it", async () => {
    const settings = await nodeSettings(dataDir);
    const node = await launchReady(settings);
    const other = launch(settings);
    assert.equal((await other.supervisor.exited(20_000)).code, 1);
    assert.match(
      other.supervisor.output,
      new RegExp(`already runs in ${dataDir}: supervisor process ${node.supervisor.pid} \\(`),
    );
    assert.equal(node.livingPids().size, 5);
  });

  it("given no supervisor for the grace, when it is over, then no service is left", async () => {
    const node = await started({ orphanGraceSeconds: 1 });
    await node.supervisor.kill();
    assert.equal(node.livingPids().size, 5);
    await eventually(() => assert.equal(node.livingPids().size, 0), { timeoutMs: 5_000 });
    const [admin = "", , , edge = "", media = ""] = NAMES.map((name) => stoppedAt(dataDir, name));
    assert.ok(admin <= edge && edge <= media);
    assert.match(readFileSync(`${dataDir}/log/callmanager.out`, "utf8"), /closes for shutdown/);
  });

  it("given a supervisor that comes back within the grace, when it is over, then the services live", async () => {
    const settings = await nodeSettings(dataDir, { orphanGraceSeconds: 3 });
    const node = await launchReady(settings);
    await node.supervisor.kill();
    const next = await launchReady(settings);
    await new Promise((resolve) => setTimeout(resolve, 3_500)); // the grace itself
    assert.equal(next.livingPids().size, 5);
    assert.ok((await next.services()).every(({ adopted }) => adopted));
  });

  it("given a service that ends since its grace is over, when the node is started, then it is not taken over", async () => {
    const settings = await nodeSettings(dataDir, { name: "hangs-at-stop", orphanGraceSeconds: 1 });
    const node = await launchReady(settings);
    const ending = node.livingPids().get("media");
    await node.supervisor.kill();
    const isEnding = async (): Promise<void> =>
      assert.equal(((await node.call("media", "hello")) as ServiceHello).state, "draining");
    await eventually(isEnding, { timeoutMs: 10_000 });
    const next = await launchReady(settings);
    assert.match(next.supervisor.output, /restarting .*, since they cannot be taken over: .*media/);
    assert.notEqual(next.livingPids().get("media"), ending);
  });

  it("given a service that cannot start, when the node starts, then it says why and nothing is left", async () => {
    const node = launch(await nodeSettings(dataDir, { name: "fails-at-start" }));
    assert.equal((await node.supervisor.exited(30_000)).code, 1);
    assert.match(
      node.supervisor.output,
      /^media ended while the node started: exit code 69: media: RTP ports are taken by process 1: init; see .*log\/media\.out$/m,
    );
    assert.equal(node.livingPids().size, 0);
  });

  it("given a node that is starting, when told to stop, then it says that it was and nothing is left", async () => {
    const node = launch(await nodeSettings(dataDir, { name: "hangs-at-start" }));
    await eventually(() => node.call("supervisor", "stop"), { timeoutMs: 10_000 });
    assert.deepEqual(await node.supervisor.exited(15_000), { code: 1, signal: null });
    assert.match(node.supervisor.output, /^the node was stopped before it was ready$/m);
    assert.equal(node.livingPids().size, 0);
    assert.equal(existsSync(nodePaths(dataDir).supervisorLock), false);
  });

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it(`given a node that is starting, when it gets ${signal}, then it says so at once and nothing is left`, async () => {
      const node = launch(await nodeSettings(dataDir, { name: "hangs-at-start" }));
      await eventually(() => node.call("supervisor", "hello"), { timeoutMs: 10_000 });
      node.supervisor.signal(signal);
      await node.supervisor.outputMatching(/^stopping; press Ctrl-C again to end everything at once$/m, 2_000);
      assert.equal((await node.supervisor.exited(10_000)).code, 1);
      assert.match(node.supervisor.output, /^the node was stopped before it was ready$/m);
      assert.equal(node.livingPids().size, 0);
    });
  }

  it("given taken ports, when started, then each is named with who has it, before anything is started", async () => {
    const settings = await nodeSettings(dataDir);
    const sipPort = settings.listeners[0]?.port ?? 0;
    const udp = createSocket("udp4");
    await new Promise<void>((resolve) => udp.bind(sipPort, "127.0.0.1", resolve));
    const tcp = createServer();
    await new Promise<void>((resolve) => tcp.listen(settings.http.port, "127.0.0.1", resolve));
    try {
      const node = launch(settings);
      assert.equal((await node.supervisor.exited(20_000)).code, 1);
      const who = `is taken by process ${process.pid}: .*node`;
      assert.match(node.supervisor.output, new RegExp(`^SIP udp 127.0.0.1:${sipPort} ${who}`, "m"));
      assert.match(node.supervisor.output, new RegExp(`^HTTP tcp 127.0.0.1:${settings.http.port} ${who}`, "m"));
      assert.doesNotMatch(node.supervisor.output, /SIP tcp/);
      assert.equal(existsSync(nodePaths(dataDir).nodeFile), false);
      assert.equal(existsSync(nodePaths(dataDir).supervisorLock), false);
    } finally {
      udp.close();
      tcp.close();
    }
  });

  it("given an address of another host, when started, then that is said", async () => {
    const listeners = [{ protocol: "udp" as const, address: "192.0.2.1", port: 5060 }];
    const settings = await nodeSettings(dataDir, { listeners });
    const node = launch({ ...settings, media: { ...settings.media, address: "203.0.113.9" } });
    await node.supervisor.exited(20_000);
    assert.match(node.supervisor.output, /^SIP udp 192\.0\.2\.1:5060: this host has no address 192\.0\.2\.1$/m);
    assert.match(node.supervisor.output, /^RTP udp 203\.0\.113\.9: this host has no address 203\.0\.113\.9$/m);
  });

  it("given a data-dir that others can read, when started, then it is made private", async () => {
    await started().then((node) => node.close());
    chmodSync(dataDir, 0o755);
    await started();
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
  });

  it("given a link where the data-dir should be, when started, then it is refused", async () => {
    symlinkSync(folder.path, dataDir);
    const node = launch(await nodeSettings(dataDir));
    await node.supervisor.exited(20_000);
    assert.match(node.supervisor.output, /data-dir: .* is a link or a file/);
  });

  it("given a lock of a process that is dead, when started, then it is taken over", async () => {
    await started().then((node) => node.close());
    writeFileSync(nodePaths(dataDir).supervisorLock, JSON.stringify({ pid: process.pid, startMark: "1" }));
    await started();
  });
});

function stoppedAt(dataDir: string, service: string): string {
  const log = readFileSync(`${dataDir}/log/${service}.log`, "utf8");
  return /"message":"service stopped".*"timestamp":"([^"]+)"/.exec(log)?.[1] ?? assert.fail(`${service} did not stop`);
}

function wirePort(dataDir: string): number {
  return (JSON.parse(readFileSync(nodePaths(dataDir).nodeFile, "utf8")) as NodeFile).wire.port;
}
