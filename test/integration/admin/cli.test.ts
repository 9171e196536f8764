import assert from "node:assert/strict";
import { chownSync, mkdirSync, symlinkSync } from "node:fs";
import {
  ChannelServer,
  silentLogger,
  SwitchError,
  SystemClock,
  type ChannelHandler,
} from "../../../src/common/index.ts";
import { ConfigError, nodePaths } from "../../../src/config/index.ts";
import {
  EXIT,
  runCli,
  SERVICE_NAMES,
  type DemoCommand,
  type HostCheck,
  type Launcher,
  type StartCommand,
} from "../../../src/admin/index.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const STARTED_MS = Date.now() - 61_000;

/** False where the system does not let us: EPERM for all but root, EINVAL for users whom this namespace does not have. */
function isGivenAway(path: string): boolean {
  try {
    chownSync(path, 65_534, 65_534);
    return true;
  } catch (error) {
    if (["EPERM", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

describe("the command line", () => {
  let folder: TemporaryDirectory;
  let usual: string;
  let demo: string;
  const servers: ChannelServer[] = [];
  beforeEach(() => {
    folder = new TemporaryDirectory("cli");
    usual = folder.join("usual");
    demo = folder.join("demo");
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    folder.close();
  });

  /** A control channel that answers as a service or a supervisor does. */
  const serve = async (dataDir: string, name: string, methods: Record<string, ChannelHandler> = {}): Promise<void> => {
    mkdirSync(nodePaths(dataDir).runDir, { recursive: true });
    const server = new ChannelServer({ path: nodePaths(dataDir).socket(name), logger: silentLogger });
    const hello = {
      ...{ service: name, pid: 70 + servers.length, startedAtMs: STARTED_MS, version: "1.2.3", state: "ready" },
      ...{ node: "node-1", addresses: ["SIP udp 127.0.0.1:5060"], details: {} },
    };
    const services = SERVICE_NAMES.map((service) => ({ name: service, state: "ready", restarts: 2, adopted: false }));
    const all = { hello: () => hello, status: () => hello, services: () => services, ...methods };
    for (const [method, handler] of Object.entries(all)) server.handle(method, handler);
    await server.listen();
    servers.push(server);
  };
  const serveNode = async (dataDir: string, methods: Record<string, ChannelHandler> = {}): Promise<void> => {
    for (const name of ["supervisor", ...SERVICE_NAMES]) await serve(dataDir, name, methods);
  };

  const run = async (
    words: readonly string[],
    launcher: Partial<Launcher> = {},
  ): Promise<{ exitCode: number; out: string; err: string }> => {
    const [out, err]: [string[], string[]] = [[], []];
    const exitCode = await runCli(words, {
      launcher: {
        version: "1.2.3",
        defaultDataDirs: [usual, demo],
        start: async () => EXIT.ok,
        demo: async () => EXIT.ok,
        checkConfig: () => ({ node: "node-1", phones: 10, peers: 1, profiles: [] }),
        inspectHost: async () => [],
        stopOrphans: async () => [],
        openCti: () => Promise.reject(new Error("there is no CTIManager")),
        interruption: () => AbortSignal.abort(),
        ...launcher,
      },
      output: { out: (text) => void out.push(text), err: (text) => void err.push(text) },
      input: { isTerminal: false, readSecret: () => Promise.reject(new Error("nothing is asked for")) },
      clock: new SystemClock(),
    });
    return { exitCode, out: out.join("\n"), err: err.join("\n") };
  };

  describe("status", () => {
    it("given a node that is ready, when asked, then services are a table and the code is 0", async () => {
      await serveNode(usual);
      const { exitCode, out, err } = await run(["status"]);
      assert.equal(exitCode, EXIT.ok);
      assert.equal(err, `(the node in ${usual})`);
      assert.match(
        out,
        new RegExp(`^node node-1 in ${usual}: ready\nsupervisor process 70, up 1 min \\d+ s, version 1\\.2\\.3\n`),
      );
      assert.match(out, /SIP udp 127\.0\.0\.1:5060/);
      assert.match(out, /^SERVICE +STATE +PROCESS +UP FOR +RESTARTS\nedge +ready +71 +1 min \d+ s +2$/m);
    });

    it("given --json, when asked, then it is one JSON document", async () => {
      await serveNode(usual);
      const { out } = await run(["status", "--json"]);
      const status = JSON.parse(out) as {
        dataDir: string;
        supervisor: object;
        services: { name: string; state: string }[];
      };
      assert.equal(status.dataDir, usual);
      assert.deepEqual(
        status.services.map(({ name, state }) => `${name} ${state}`),
        ["edge ready", "callmanager ready", "media ready", "ctimanager ready", "admin ready"],
      );
    });

    for (const [connectedToEdge, shown, code] of [
      [true, "external", EXIT.ok],
      [false, "down", EXIT.failed],
    ] as const) {
      it(`given a drachtio server, when call control ${connectedToEdge ? "has" : "lost"} it, then the edge is ${shown}`, async () => {
        for (const name of ["supervisor", ...SERVICE_NAMES.filter((service) => service !== "edge")]) {
          const hello = { service: name, pid: 1, startedAtMs: STARTED_MS, version: "1.2.3", state: "ready" };
          const details = name === "callmanager" ? { connectedToEdge, drachtio: "sbc:9022" } : {};
          await serve(usual, name, { status: () => ({ ...hello, details }), services: () => [] });
        }
        const { exitCode, out } = await run(["status", "--json"]);
        const { services } = JSON.parse(out) as { services: { name: string; state: string; details: object }[] };
        const edge = services.find(({ name }) => name === "edge");
        assert.deepEqual([edge?.state, edge?.details], [shown, { drachtio: "sbc:9022" }]);
        assert.equal(exitCode, code);
      });
    }

    it("given a service that does not answer, when asked, then it is shown and the code is 1", async () => {
      await serveNode(usual);
      await servers.at(-1)?.close();
      const { exitCode, out } = await run(["status"]);
      assert.equal(exitCode, EXIT.failed);
      assert.match(out, /^admin +not answering/m);
    });

    it("given services without a supervisor, when asked, then it says what to do and the code is 1", async () => {
      await serve(usual, "edge");
      const { exitCode, out, err } = await run(["status"]);
      assert.equal(exitCode, EXIT.failed);
      assert.match(err, /the supervisor is gone: run `tandem start` again/);
      assert.match(out, /^media +down/m);
    });

    it("given no node, when asked, then the places are named and the code is 69", async () => {
      const { exitCode, err } = await run(["status"]);
      assert.equal(exitCode, EXIT.unavailable);
      assert.equal(
        err,
        `tandem: no node runs in ${usual} or ${demo}; name the node's folder with --data-dir if it is elsewhere`,
      );
      const named = await run(["status", "--data-dir", folder.join("x")]);
      assert.equal(named.err, `tandem: no node runs in ${folder.join("x")}`);
    });

    it("given a link, when asked, then it is passed over and nobody is asked", async () => {
      const other = folder.join("other");
      await serveNode(other);
      symlinkSync(other, usual);
      const linked = await run(["status"]);
      assert.equal(linked.exitCode, EXIT.unavailable);
      assert.match(linked.err, new RegExp(`^passed over: ${usual} is a link or a file; a folder is needed\n`));
    });

    it("given a folder of another user, when asked, then it is passed over and nobody is asked", async function () {
      const other = folder.join("other");
      await serveNode(other);
      if (!isGivenAway(nodePaths(other).runDir)) {
        if (this.test !== undefined) this.test.title += " (not here: this user cannot give a folder to another one)";
        this.skip();
      }
      const { exitCode, err } = await run(["stop", "--data-dir", other]);
      assert.equal(exitCode, EXIT.unavailable);
      assert.match(err, new RegExp(`^passed over: ${other}/run belongs to user id 65534\n`));
    });

    it("given a service that calls itself by control characters, when shown, then the terminal never sees them", async () => {
      const hello = { service: "supervisor", pid: 70, startedAtMs: STARTED_MS, version: "1\u001b[2J", node: "n\u009b" };
      await serve(usual, "supervisor", { hello: () => ({ ...hello, state: "ready", addresses: ["a\u0007"] }) });
      for (const words of [["status"], ["status", "--json"]]) {
        const { out } = await run(words);
        assert.doesNotMatch(out, /[^\P{Cc}\n]/u);
        assert.match(out, /\\u009b/);
      }
    });

    it("given the demo only, when asked, then it is found, and --data-dir wins over both", async () => {
      await serveNode(demo);
      assert.match((await run(["status"])).out, new RegExp(` in ${demo}: `));
      const other = folder.join("other");
      await serveNode(other);
      const { out, err } = await run(["status", "--data-dir", other]);
      assert.match(out, new RegExp(` in ${other}: `));
      assert.equal(err, "");
    });
  });

  describe("lists", () => {
    const calls = (): unknown => [
      {
        callId: "c1",
        state: "established",
        caller: { number: "1001", device: "p1" },
        callee: { number: "9196", device: "echo" },
        startedAtMs: Date.now() - 61_000,
      },
    ];
    const registrations = (): unknown => [
      {
        phone: "p1",
        aor: "1001",
        contactUri: "sip:1001@127.0.0.1",
        source: "udp/127.0.0.1:5062",
        remainingSeconds: 59,
      },
    ];

    it("given calls, when listed, then each is a row, and JSON on demand", async () => {
      await serveNode(usual, { calls });
      assert.match((await run(["calls"])).out, /1001 \(p1\) +9196 \(echo\) +established/);
      assert.deepEqual((JSON.parse((await run(["calls", "--json"])).out) as { callId: string }[])[0]?.callId, "c1");
    });

    it("given registrations, when listed, then each is a row", async () => {
      await serveNode(usual, { registrations });
      assert.match((await run(["registrations"])).out, /p1 +1001 +sip:1001@127\.0\.0\.1 +udp\/127\.0\.0\.1:5062 +59 s/);
    });

    it("given none, when listed, then it says so beside the output", async () => {
      await serveNode(usual, { calls: () => [], registrations: () => [] });
      assert.deepEqual(await run(["calls"]), { exitCode: 0, out: "", err: `(the node in ${usual})\nno calls` });
      assert.match((await run(["registrations"])).err, /no phone is registered/);
      assert.equal((await run(["calls", "--json"])).out, "[]");
    });

    it("given call control that is down, when listed, then the code is 69", async () => {
      await serve(usual, "supervisor");
      assert.equal((await run(["calls"])).exitCode, EXIT.unavailable);
    });

    it("given services, when listed, then they are a table or JSON", async () => {
      await serveNode(usual);
      assert.match((await run(["service", "list"])).out, /^callmanager +ready/m);
      assert.equal((JSON.parse((await run(["service", "list", "--json"])).out) as object[]).length, 5);
    });
  });

  describe("service restart", () => {
    it("given a service, when restarted, then its new process is said", async () => {
      await serveNode(usual, { restart: (params) => ({ name: (params as { name: string }).name, pid: 99 }) });
      const { exitCode, out } = await run(["service", "restart", "edge"]);
      assert.deepEqual([exitCode, out], [EXIT.ok, "edge is ready again, process 99"]);
    });

    it("given an unknown name, when restarted, then the supervisor's reason is said", async () => {
      const restart = (): never => {
        throw new SwitchError("unknown-service", "there is no service egde; there are edge, media");
      };
      await serveNode(usual, { restart });
      const { exitCode, err } = await run(["service", "restart", "egde"]);
      assert.equal(exitCode, EXIT.failed);
      assert.match(err, /tandem: there is no service egde; there are edge, media/);
    });

    it("given no supervisor, when restarted, then it says what to do", async () => {
      await serve(usual, "edge");
      const { exitCode, err } = await run(["service", "restart", "edge"]);
      assert.equal(exitCode, EXIT.unavailable);
      assert.match(err, /run `tandem start` again first/);
    });
  });

  describe("stop", () => {
    it("given a node, when stopped, then it returns when the supervisor is gone", async () => {
      await serveNode(usual, {
        stop: () => {
          setImmediate(() => void servers[0]?.close());
          return { node: "node-1", pid: 70 };
        },
      });
      const { exitCode, out } = await run(["stop"]);
      assert.deepEqual([exitCode, out], [EXIT.ok, "stopped node-1"]);
    });

    it("given services without a supervisor, when stopped, then the launcher stops them", async () => {
      await serve(usual, "edge");
      const stopped: string[] = [];
      const stopOrphans = async (dataDir: string): Promise<string[]> => {
        stopped.push(dataDir);
        return ["edge"];
      };
      const { out } = await run(["stop"], { stopOrphans });
      assert.deepEqual(stopped, [usual]);
      assert.match(out, /stopped services that ran without a supervisor: edge/);
    });
  });

  it("given an answer of no service of the node, when stopped, then it says that nothing was", async () => {
    await serve(usual, "edge");
    const { exitCode, err } = await run(["stop"], { stopOrphans: async () => [] });
    assert.equal(exitCode, EXIT.failed);
    assert.match(err, /nothing was stopped: what answers in .* is no service of this node/);
  });

  describe("start and demo", () => {
    it("given options, when started, then the launcher gets them and its code is the command's", async () => {
      const commands: StartCommand[] = [];
      const start = async (command: StartCommand): Promise<number> => {
        commands.push(command);
        return EXIT.unavailable;
      };
      const { exitCode } = await run(["start", "--config", "t.yaml", "--data-dir", "d", "--detach"], { start });
      assert.equal(exitCode, EXIT.unavailable);
      await run(["start", "--config", "t.yaml"], { start });
      assert.deepEqual(commands, [
        { configFile: "t.yaml", dataDir: "d", detach: true },
        { configFile: "t.yaml", detach: false },
      ]);
    });

    it("given no options, when the demo is started, then the usual ports are used", async () => {
      const commands: DemoCommand[] = [];
      const launcher = {
        demo: async (command: DemoCommand): Promise<number> => {
          commands.push(command);
          return EXIT.ok;
        },
      };
      await run(["demo"], launcher);
      await run(
        [
          "demo",
          "--sip-port",
          "5070",
          "--tls-port",
          "5081",
          "--http-port",
          "8081",
          "--cti-port",
          "2749",
          "--bind",
          "192.0.2.1",
          "--data-dir",
          "d",
        ],
        launcher,
      );
      assert.deepEqual(commands, [
        { sipPort: 5060, httpPort: 8080, ctiPort: 2748, bind: "127.0.0.1" },
        { sipPort: 5070, tlsPort: 5081, httpPort: 8081, ctiPort: 2749, bind: "192.0.2.1", dataDir: "d" },
      ]);
    });

    it("given a bad configuration, when started, then every problem is a line and the code is 78", async () => {
      const start = async (): Promise<never> => {
        throw new ConfigError([
          { file: "t.yaml", line: 3, column: 5, path: "sip.realm", reason: "is missing" },
          { file: "t.yaml", path: "", reason: "is empty" },
        ]);
      };
      const { exitCode, err } = await run(["start", "--config", "t.yaml"], { start });
      assert.equal(exitCode, EXIT.badConfig);
      assert.equal(err, "t.yaml:3:5: sip.realm: is missing\nt.yaml: is empty");
    });

    it("given taken ports, when started, then they are said and the code is 69", async () => {
      const start = async (): Promise<never> => {
        throw new SwitchError("ports-taken", "SIP udp 127.0.0.1:5060 is taken by process 7: sipp");
      };
      const { exitCode, err } = await run(["start", "--config", "t.yaml"], { start });
      assert.deepEqual(
        [exitCode, err],
        [EXIT.unavailable, "tandem: SIP udp 127.0.0.1:5060 is taken by process 7: sipp"],
      );
    });
  });

  for (const [exitCode, expected] of [
    [EXIT.unavailable, EXIT.unavailable],
    [EXIT.badConfig, EXIT.badConfig],
    [134, EXIT.failed],
    [undefined, EXIT.failed],
  ] as const) {
    it(`given a service that ended with ${exitCode}, when started, then the code is ${expected}`, async () => {
      const start = async (): Promise<never> => {
        throw new SwitchError("service-failed", "media ended while the node started", { service: "media", exitCode });
      };
      assert.equal((await run(["start", "--config", "t.yaml"], { start })).exitCode, expected);
    });
  }

  describe("lamp", () => {
    const lit = { line: "1001@internal", new: 2, old: 1, newUrgent: 1, oldUrgent: 0 };

    it("given counts, when a lamp is set, then call control gets them, and what has become of it is said", async () => {
      const asked: unknown[] = [];
      const take = (params: unknown): unknown => {
        asked.push(params);
        return { ...lit, result: "changed" };
      };
      await serveNode(usual, { "set-lamp": take });
      const words = ["lamp", "set", "1001", "--new", "2", "--old", "1", "--new-urgent", "1"];
      const { exitCode, out } = await run(words);
      assert.deepEqual(asked, [{ line: "1001", new: 2, old: 1, newUrgent: 1, oldUrgent: 0 }]);
      assert.deepEqual([exitCode, out], [EXIT.ok, "1001@internal: lamp on, 2 new, 1 old"]);
      assert.deepEqual(JSON.parse((await run([...words, "--json"])).out), { ...lit, result: "changed" });
    });

    it("given no messages, when a lamp is cleared, then it is said that it was so before", async () => {
      await serveNode(usual, { "clear-lamp": () => ({ ...lit, new: 0, old: 0, result: "unchanged" }) });
      const { exitCode, out } = await run(["lamp", "clear", "1001"]);
      assert.deepEqual([exitCode, out], [EXIT.ok, "1001@internal: lamp off, 0 new, 0 old, as before"]);
    });

    it("given lamps, when shown, then each is a row; of one line it is that one", async () => {
      await serveNode(usual, { lamps: () => [lit], lamp: () => ({ ...lit, new: 0 }) });
      assert.match((await run(["lamp", "show"])).out, /^1001@internal +on +2 +1 +1 +0$/m);
      assert.match((await run(["lamp", "show", "1001"])).out, /^1001@internal +off +0 /m);
      assert.deepEqual(JSON.parse((await run(["lamp", "show", "--json"])).out), [lit]);
    });

    it("given no messages at all, a count that is none, or no such line, when asked, then that is said", async () => {
      await serveNode(usual, {
        lamps: () => [],
        "set-lamp": () => {
          throw new SwitchError("lamp-invalid-target", "there is no line 7");
        },
      });
      assert.match((await run(["lamp", "show"])).err, /no line has messages/);
      assert.equal((await run(["lamp", "set", "7", "--new", "-1"])).exitCode, EXIT.usage);
      const { exitCode, err } = await run(["lamp", "set", "7", "--new", "1"]);
      assert.equal(exitCode, EXIT.failed);
      assert.match(err, /there is no line 7/);
    });
  });

  describe("security bans", () => {
    it("given bans, when listed, then each is a row with its reason and the time it has left", async () => {
      const bans = [{ address: "192.0.2.66", reason: "malformed", remainingSeconds: 65, count: 2 }];
      await serveNode(usual, { bans: () => bans });
      for (const words of [
        ["security", "bans"],
        ["security", "bans", "list"],
      ]) {
        const { exitCode, out } = await run(words);
        assert.equal(exitCode, EXIT.ok);
        assert.match(out, /^192\.0\.2\.66 +malformed +1 min 5 s +2$/m);
      }
      assert.deepEqual(JSON.parse((await run(["security", "bans", "list", "--json"])).out), bans);
    });

    it("given a ban of an IPv6 /64, when removed as it is listed, then edge and call control are told an address of it", async () => {
      const told: unknown[] = [];
      const unban = (params: unknown): boolean => told.push(params) === 1;
      await serveNode(usual, { unban, forgive: (params) => void told.push(params) });
      assert.equal((await run(["security", "bans", "remove", "2001:db8:0:1::/64"])).exitCode, EXIT.ok);
      assert.deepEqual(told, [{ address: "2001:db8:0:1::" }, { address: "2001:db8:0:1::" }]);
    });

    it("given a ban, when removed, then edge and call control are told; what is no address is refused", async () => {
      const told: unknown[] = [];
      const unban = (params: unknown): boolean => told.push(params) === 1;
      await serveNode(usual, { unban, forgive: (params) => void told.push(params) });
      const { exitCode, out } = await run(["security", "bans", "remove", "192.0.2.66"]);
      assert.deepEqual([exitCode, out], [EXIT.ok, "192.0.2.66 is banned no longer"]);
      assert.deepEqual(told, [{ address: "192.0.2.66" }, { address: "192.0.2.66" }]);
      const again = await run(["security", "bans", "remove", "192.0.2.66"]);
      assert.deepEqual([again.exitCode, again.err.includes("was not banned")], [EXIT.failed, true]);
      assert.equal((await run(["security", "bans", "remove", "everybody"])).exitCode, EXIT.usage);
      assert.equal((await run(["security", "bans", "remove", "192.0.2.0/24"])).exitCode, EXIT.usage);
    });
  });

  describe("config check", () => {
    it("given a good file, when checked, then it says what is in it", async () => {
      const { exitCode, out } = await run(["config", "check", "t.yaml"]);
      assert.equal(exitCode, EXIT.ok);
      assert.match(out, /^t\.yaml: ok \(node node-1, 10 phones, 1 peer\)/);
    });

    it("given a bad file, when checked, then problems are lines, or JSON, and the code is 78", async () => {
      const problem = { file: "t.yaml", line: 3, column: 5, path: "sip.realm", reason: "is missing" };
      const checkConfig = (): never => {
        throw new ConfigError([problem]);
      };
      const lines = await run(["config", "check", "t.yaml"], { checkConfig });
      assert.deepEqual([lines.exitCode, lines.err], [EXIT.badConfig, "t.yaml:3:5: sip.realm: is missing"]);
      const json = await run(["config", "check", "t.yaml", "--json"], { checkConfig });
      assert.equal(json.exitCode, EXIT.badConfig);
      assert.deepEqual(JSON.parse(json.out), { file: "t.yaml", ok: false, problems: [problem] });
      assert.equal((JSON.parse((await run(["config", "check", "t.yaml", "--json"])).out) as { ok: boolean }).ok, true);
    });
  });

  describe("doctor", () => {
    const checks: HostCheck[] = [
      { name: "Node.js", state: "ok", found: "20.20.2", neededFor: "running Tandem", advice: "" },
      { name: "SIPp", state: "missing", found: "", neededFor: "load tests", advice: "costs: the load tests" },
    ];

    it("given what is there and what is not, when asked, then both are listed with what it costs", async () => {
      const { exitCode, out } = await run(["doctor"], { inspectHost: async () => checks });
      assert.equal(exitCode, EXIT.ok);
      assert.match(out, /^Node\.js +ok +20\.20\.2 +running Tandem$/m);
      assert.match(out, /^SIPp +missing/m);
      assert.match(out, /^SIPp: costs: the load tests$/m);
      assert.deepEqual(JSON.parse((await run(["doctor", "--json"], { inspectHost: async () => checks })).out), checks);
    });

    it("given something that keeps Tandem from running, when asked, then the code is 1", async () => {
      const bad: HostCheck = { name: "Node.js", state: "bad", found: "18", neededFor: "running", advice: "get 20.19" };
      assert.equal((await run(["doctor"], { inspectHost: async () => [bad] })).exitCode, EXIT.failed);
    });
  });

  describe("wrong command lines", () => {
    for (const words of [
      ["sttatus"],
      ["status", "--jsn"],
      ["start"],
      ["demo", "--sip-port", "0"],
      ["demo", "--sip-port", "5060x"],
      ["service"],
      ["service", "restart"],
      ["config", "check"],
    ]) {
      it(`given \`tandem ${words.join(" ")}\`, when run, then it says what is wrong and the code is 64`, async () => {
        const { exitCode, err } = await run(words);
        assert.equal(exitCode, EXIT.usage);
        assert.notEqual(err, "");
      });
    }

    it("given nothing, when run, then the help is shown and the code is 64", async () => {
      const { exitCode, err } = await run([]);
      assert.equal(exitCode, EXIT.usage);
      assert.match(err, /Usage: tandem/);
    });

    it("given --help or --version, when run, then it is shown and the code is 0", async () => {
      const help = await run(["--help"]);
      assert.equal(help.exitCode, EXIT.ok);
      for (const word of ["demo", "start", "stop", "status", "service", "doctor", "config", "Exit codes"]) {
        assert.ok(help.out.includes(word), word);
      }
      assert.deepEqual(await run(["--version"]), { exitCode: EXIT.ok, out: "1.2.3", err: "" });
    });
  });
});
