import assert from "node:assert/strict";
import { silentLogger, SystemClock } from "../../../src/common/index.ts";
import { DrachtioSignaling } from "../../../src/call/signaling/drachtio-signaling.ts";
import type { SignalingError } from "../../../src/call/signaling/signaling-error.ts";
import type { EdgeDialog } from "../../../src/call/signaling/signaling-port.ts";
import { ScriptedEdge, type EdgeCommand } from "../../support/scripted-edge.ts";

describe("DrachtioSignaling: dialogs that are claimed and imported", () => {
  let edge: ScriptedEdge;
  let port: DrachtioSignaling;
  beforeEach(async () => {
    edge = await ScriptedEdge.start();
  });
  afterEach(async () => {
    port.close();
    await edge.close();
  });

  async function connect(version: string): Promise<void> {
    edge.version = version;
    port = new DrachtioSignaling({
      host: "127.0.0.1",
      port: edge.port,
      secret: "s",
      instanceId: "manager-1",
      longestRingMs: 180_000,
      clock: new SystemClock(),
      logger: silentLogger,
    });
    await new Promise<void>((resolve) => {
      port.start({
        onRequest: () => undefined,
        onCancel: () => undefined,
        onDialogEnded: () => undefined,
        onConnected: () => resolve(),
        onRouted: () => undefined,
        onDisconnected: () => undefined,
      });
    });
  }

  function command(name: string): Promise<EdgeCommand> {
    return edge.commands.take(({ tokens }) => tokens[0] === name, name);
  }

  function reply({ id }: EdgeCommand, result: string): void {
    edge.sendFrame(`00000000-0000-0000-0000-000000000000|response|${id}|${result}`);
  }

  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => "done",
      (error: unknown) => (error as SignalingError).code,
    );

  function dialog(callId: string, body = "v=0\r\n"): EdgeDialog {
    return {
      role: "uas",
      callId,
      localTag: "ours",
      remoteTag: "t",
      local: "<sip:b@c>;tag=ours",
      remote: '"M\u00fc" <sip:a@c>;tag=t',
      localCseq: 1,
      remoteTarget: "sip:a@192.0.2.7",
      routeSet: [],
      protocol: "udp",
      allow: [],
      body,
    };
  }

  it("given servers of both kinds, when they are connected, then only Tandem's takes dialogs", async () => {
    await connect("v0.9.10");
    assert.equal(port.takesDialogs, false);
    port.close();
    await connect("v0.9.10-tandem");
    assert.equal(port.takesDialogs, true);
  });

  it("given more ids than a request holds, when they are claimed, then the answers to all are put together", async () => {
    await connect("v0.9.10-tandem");
    const claimed = port.claimDialogs(Array.from({ length: 501 }, (_, index) => `d${index}`));
    const [first, second] = [await command("claim"), await command("claim")];
    assert.deepEqual([first.tokens, first.text.split("\r\n").length, second.text], [["claim", "dialogs"], 500, "d500"]);
    reply(first, 'OK|499|1|0\r\n{"unknown":["d3"],"refused":[],"memoryId":"m1"}');
    reply(second, 'OK|0|0|1\r\n{"unknown":[],"refused":["d500"],"memoryId":"m1"}');
    assert.deepEqual(await claimed, { unknown: ["d3"], refused: ["d500"] });
    assert.equal(port.edgeMemory, "m1");
  });

  it("given nothing to claim, when the edge is asked all the same, then it tells its memory, until it is gone", async () => {
    await connect("v0.9.10-tandem");
    const claimed = port.claimDialogs([]);
    reply(await command("claim"), 'OK|0|0|0\r\n{"unknown":[],"refused":[],"memoryId":"m2"}');
    await claimed;
    assert.equal(port.edgeMemory, "m2");
    const asked = codeOf(port.claimDialogs([]));
    await command("claim");
    edge.disconnect();
    assert.equal(await asked, "edge-lost");
    assert.equal(port.edgeMemory, undefined);
    assert.equal(await codeOf(port.claimDialogs([])), "edge-lost");
  });

  it("given many and long dialogs, when they are imported, then requests are short and refusals have the place in the whole", async () => {
    await connect("v0.9.10-tandem");
    const long = Array.from({ length: 20 }, (_, index) => dialog(`long-${index}`, "x".repeat(16_000)));
    const short = Array.from({ length: 101 }, (_, index) => dialog(`short-${index}`));
    const imported = port.importDialogs([...long, ...short]);
    const sizes: number[] = [];
    for (let got = 0; got < long.length + short.length; got += sizes.at(-1) ?? 0) {
      const request = await command("import");
      const dialogs = JSON.parse(request.text) as EdgeDialog[];
      assert.ok(request.text.length < 512 * 1024);
      assert.equal(dialogs[0]?.remote, '"M\u00fc" <sip:a@c>;tag=t');
      sizes.push(dialogs.length);
      reply(request, 'OK|0|0|1\r\n{"refused":[{"index":1,"reason":"dialog limit reached"}]}');
    }
    assert.deepEqual(sizes, [17, 100, 4]);
    assert.deepEqual(
      (await imported).map(({ index }) => index),
      [1, 18, 118],
    );
  });

  it("given an edge that refuses, or answers with something else, when dialogs are imported, then that is an error", async () => {
    await connect("v0.9.10-tandem");
    const refused = codeOf(port.importDialogs([dialog("a")]));
    reply(await command("import"), "NOK|unsupported command import");
    assert.equal(await refused, "refused");
    const malformed = codeOf(port.importDialogs([dialog("a")]));
    reply(await command("import"), "OK|1|0|0\r\n{");
    assert.equal(await malformed, "malformed");
  });
});
