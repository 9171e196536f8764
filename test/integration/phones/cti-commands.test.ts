import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { assertHears } from "../../support/phone-calls.ts";
import { TandemNode } from "../../support/tandem-node.ts";
import { doneOn, tandemInTerminal, tandemOn } from "../../support/tandem-shell.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const HZ = { "1001": 440, "1002": 660 } as const;

describe("tandem cti", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let node: TandemNode;

  before(async () => {
    node = cleanup.add(await TandemNode.demo(), (started) => started.stop());
  });
  after(() => cleanup.run());
  afterEach(() => perTest.run());

  async function registered(number: keyof typeof HZ): Promise<Baresip> {
    const phone = await Baresip.registered({ toneHz: HZ[number] }, { ...node.account(number), transport: "udp" });
    return perTest.add(phone, (one) => one.close());
  }

  it("given the node's owner, when devices are listed, then phones, route point and port are there", async () => {
    const [alice] = [await registered("1001")];
    const text = await doneOn(node, ["cti", "devices"]);
    assert.match(text, /^demo-1001 +phone +1001@internal +in service/m);
    assert.match(text, /^demo-1002 +phone +1002@internal +device-unregistered/m);
    assert.match(text, /^demo-desk +route-point +5000@internal/m);
    await alice.close();
  });

  it("given two phones, when one is told to call the other, then it is watched, held and ended by command, and on record", async () => {
    const watcher = tandemInTerminal(node, ["cti", "watch", "--line", "1001", "--device", "1001"]);
    perTest.add(watcher, async (one) => void (await one.kill()));
    await watcher.outputMatching(/Ctrl-C ends it/, 5_000);
    const [alice, bob] = [await registered("1001"), await registered("1002")];
    const made = tandemOn(node, ["cti", "call", "1001", "1002", "--id", "by-command"]);
    await alice.event("CALL_INCOMING");
    await alice.accept();
    await bob.event("CALL_INCOMING");
    await bob.accept();
    assert.deepEqual(await made, { exitCode: 0, out: "done: call by-command\n", err: "" });
    await Promise.all([assertHears(alice, HZ["1002"]), assertHears(bob, HZ["1001"])]);
    const traced = tandemInTerminal(node, ["cti", "watch", "--type", "call.terminal", "--json"]);
    perTest.add(traced, async (one) => void (await one.kill()));
    await traced.outputMatching(/Ctrl-C ends it/, 5_000);
    await doneOn(node, ["cti", "hold", "1001", "--traceparent", TRACE]);
    await traced.outputMatching(new RegExp(`"state":"held".*"traceparent":"${TRACE}"`), 5_000);
    assert.match(await doneOn(node, ["cti", "hold", "demo-1001"]), /it was so already/);
    assert.match(await doneOn(node, ["cti", "drop", "1001", "--dry-run"]), /it could be done/);
    await doneOn(node, ["cti", "data", "1001", "customer=4711", "--call", "by-command"]);
    await doneOn(node, ["cti", "drop", "1001"]);
    await bob.closedReason();
    await watcher.outputMatching(/by-command.*invalid/, 5_000);
    const shown = watcher.output;
    assert.match(shown, /\u001b\[32mtalking/, "in color");
    assert.match(shown, /demo-1001 \S*held/);
    assert.match(shown, /"customer":"4711"/);
    assert.doesNotMatch(shown, /1003/);
    watcher.write("\u0003");
    assert.equal((await watcher.exited(5_000)).code, 0);
    const audit = await doneOn(node, ["cti", "audit", "--call", "by-command"]);
    assert.match(audit, /call\.connect +device demo-1001, .*to 1002 +ok/);
  });

  it("given what cannot be done, when it is asked for, then the code and what to do are said, and the exit code is 1", async () => {
    const { exitCode, err } = await tandemOn(node, ["cti", "hold", "1001"]);
    assert.equal(exitCode, 1);
    assert.match(err, /\((CALL|DEVICE|NOT_FOUND)_[A-Z_]+\)\n(.*\n)*tandem: nothing was done/);
    const unknown = await tandemOn(node, ["cti", "hold", "4711"]);
    assert.deepEqual([unknown.exitCode, /there is no device 4711/.test(unknown.err)], [1, true]);
    const usage = await tandemOn(node, ["cti", "drop-party", "1001"]);
    assert.deepEqual([usage.exitCode, /one of --connection and --party/.test(usage.err)], [64, true]);
    const away = await tandemOn(node, ["cti", "devices", "--server", "ws://127.0.0.1:9/cti"]);
    assert.deepEqual([away.exitCode, /--server and --data-dir exclude each other/.test(away.err)], [64, true]);
  });

  it("given a watcher, when CTIManager is killed, then it says that nothing was missed, and goes on", async () => {
    const watcher = tandemInTerminal(node, ["cti", "watch", "--type", "device", "--json"]);
    perTest.add(watcher, async (one) => void (await one.kill()));
    await watcher.outputMatching(/Ctrl-C ends it/, 5_000);
    const pid = await node.killService("ctimanager");
    await watcher.outputMatching(/connection lost/, 5_000);
    await node.serviceAgain("ctimanager", pid, 10_000);
    await watcher.outputMatching(/resumed at ws:.* nothing was missed/, 15_000);
    await registered("1001");
    await watcher.outputMatching(/"type":"device\.state".*"isInService":true/, 5_000);
  });
});
