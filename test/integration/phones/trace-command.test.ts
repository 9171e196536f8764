import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { Cleanup } from "../../support/cleanup.ts";
import { establish } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { ManagedProcess } from "../../support/managed-process.ts";
import { demoPhone } from "../../support/demo-phone.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { tandem, TandemNode } from "../../support/tandem-node.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

interface CallRow {
  readonly callId: string;
}

describe("tandem trace", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let folder: TemporaryDirectory;
  let alice: SipPhone;
  let bob: SipPhone;

  before(async () => {
    folder = cleanup.add(new TemporaryDirectory("trace"), (directory) => directory.close());
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    [alice, bob] = [await phone("1001"), await phone("1002")];
  });

  after(async () => {
    await cleanup.run();
  });

  const phone = (number: string): Promise<SipPhone> => demoPhone(node, cleanup, number);

  function trace(...words: readonly string[]): ManagedProcess {
    const command = tandem(["trace", "--data-dir", node.dataDir, ...words]);
    return cleanup.add(command, async (one) => void (await one.kill()));
  }

  async function printed(...words: readonly string[]): Promise<string> {
    const command = trace(...words);
    const { code } = await command.exited(10_000);
    assert.equal(code, 0, command.output);
    return command.output;
  }

  /** A call that has ended, as the status page lists it. */
  async function endedCall(): Promise<string> {
    const { near, far } = await establish(alice, bob);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    return eventually(
      async () => {
        const live = (await node.ask("callmanager", "calls")) as readonly CallRow[];
        const [last] = (await node.ask("callmanager", "ended-calls")) as readonly (CallRow & {
          caller: { sipCallIds: readonly string[] };
        })[];
        if (live.length > 0 || last?.caller.sipCallIds[0] !== near.callId) throw new Error("not recorded yet");
        return last.callId;
      },
      { timeoutMs: 5_000, intervalMs: 20 },
    );
  }

  it("given a call that has just ended, when its ladder is asked for, then all of it is drawn, both legs in order", async () => {
    const callId = await endedCall();
    const drawn = await printed("--call", callId, "--ladder");
    const labels = drawn.split("\n").flatMap((line) => /^ +\d+\.\d{3} [ │]*[<─]+ (.+?) [─>]+/.exec(line)?.[1] ?? []);
    const rest = [
      "200 OK (INVITE) + SDP",
      "200 OK (INVITE) + SDP",
      "ACK",
      "ACK",
      "BYE",
      "BYE",
      "200 OK (BYE)",
      "200 OK (BYE)",
    ];
    assert.deepEqual(labels.slice(0, 4), ["INVITE + SDP", "100 Trying (INVITE)", "401 Unauthorized (INVITE)", "ACK"]);
    assert.deepEqual(labels.filter((label) => rest.includes(label)).sort(), ["ACK", ...rest].sort());
    assert.match(drawn, /1001 phone-1001 +Tandem +1002 phone-1002/);
  });

  it("given the same, when a picture and packets are asked for, then both are files of their owner, and tshark reads SIP", async () => {
    const callId = await endedCall();
    const [svg, pcap] = [folder.join("call.svg"), folder.join("call.pcap")];
    await printed("--call", callId, "--svg", svg, "--pcap", pcap);
    assert.match(readFileSync(svg, "utf8"), /^<svg [^]*>BYE<[^]*<\/svg>\n$/);
    assert.equal(statSync(pcap).mode & 0o777, 0o600);
    const fields = ["sip.Method", "sip.Status-Code", "udp.dstport"].flatMap((field) => ["-e", field]);
    const words = ["-r", pcap, "-Y", "sip", "-d", `udp.port==${node.sipPort},sip`, "-T", "fields", ...fields];
    const shark = cleanup.add(
      new ManagedProcess({ command: "tshark", args: words }),
      async (one) => void (await one.kill()),
    );
    assert.equal((await shark.exited(20_000)).code, 0, shark.output);
    assert.match(shark.output, new RegExp(`^INVITE\\t\\t${node.sipPort}$`, "m"));
    assert.match(shark.output, /^\t401\t\d+$/m);
    assert.match(shark.output, /^BYE\t\t\d+$/m);
    const expert = cleanup.add(
      new ManagedProcess({ command: "tshark", args: ["-r", pcap, "-Y", "_ws.malformed || ip.checksum_bad"] }),
      async (one) => void (await one.kill()),
    );
    await expert.exited(20_000);
    assert.doesNotMatch(expert.output, /Malformed/);
  });

  it("given a call that goes on, when it is traced, then it is shown from its first message to its last, and the command ends", async () => {
    const { near, far } = await establish(alice, bob);
    const [live] = (await node.ask("callmanager", "calls")) as readonly CallRow[];
    const command = trace("--call", live?.callId ?? "");
    await command.outputMatching(/^\S+ <- udp 127\.0\.0\.1:\d+ +caller +INVITE sip:1002@/m, 5_000);
    await command.outputMatching(/^\S+ -> udp 127\.0\.0\.1:\d+ +callee +INVITE sip:1002@/m, 5_000);
    const bye = far.bye();
    await near.takeBye();
    await bye;
    await command.outputMatching(/^\S+ <- udp 127\.0\.0\.1:\d+ +callee +BYE /m, 5_000);
    assert.equal((await command.exited(5_000)).code, 0);
  });

  it("given a phone that registers, when its device is traced with whole messages, then they show without its proof", async () => {
    const command = trace("--device", "phone-1003", "--full");
    await command.outputMatching(/Ctrl-C ends it/, 5_000);
    await phone("1003");
    await command.outputMatching(/^\S+ -> .* SIP\/2\.0 200 OK$/m, 5_000);
    await command.outputMatching(/^ {4}Authorization: Digest .*response="\*{32}"/m, 5_000);
    assert.doesNotMatch(command.output, /response="[0-9a-f]/);
    command.signal("SIGINT");
    assert.equal((await command.exited(5_000)).code, 0);
  });

  it("given everything traced, when a call is set up, then only what comes after is shown, as JSON too", async () => {
    const command = trace("--all", "--json");
    await command.outputMatching(/Ctrl-C ends it/, 5_000);
    const { near, far } = await establish(alice, bob);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await command.outputMatching(/BYE/, 5_000);
    command.signal("SIGTERM");
    assert.equal((await command.exited(5_000)).code, 0);
    const [first = ""] = command.output.split("\n").filter((line) => line.startsWith("{"));
    const message = JSON.parse(first) as { direction: string; sipCallId: string };
    assert.deepEqual([message.direction, message.sipCallId], ["received", near.callId]);
  });

  it("given a name that nothing has, or none at all, when traced, then the command says so", async () => {
    for (const [words, text, code] of [
      [["--call", "none", "--ladder"], /no call none goes on or has ended lately/, 1],
      [["--device", "none"], /no phone and no peer has the name none/, 1],
      [[], /one of --call, --device and --all/, 64],
      [["--all", "--svg", "x"], /a ladder is of one call/, 64],
    ] as const) {
      const command = trace(...words);
      assert.equal((await command.exited(10_000)).code, code);
      assert.match(command.output, text);
    }
  });

  it("given an ended call, when the status page is fetched, then it links to the ladder", async () => {
    const callId = await endedCall();
    const page = await (await fetch(node.http)).text();
    const link = new RegExp(`href="(/api/v1/calls/${callId}/ladder\\.svg)"`).exec(page)?.[1];
    const picture = await fetch(`${node.http}${link}`);
    assert.equal(picture.headers.get("content-type"), "image/svg+xml; charset=utf-8");
    assert.match(await picture.text(), /1001 phone-1001 to 1002 phone-1002/);
  });

  it("given what has passed, when metrics are read, then messages are counted by transport, direction, method and class", async () => {
    const metrics = await node.metrics();
    const udp = { transport: "udp", direction: "in" };
    assert.ok(metrics.sum("tandem_sip_request_messages_total", { ...udp, method: "REGISTER" }) >= 4);
    assert.ok(metrics.sum("tandem_sip_response_messages_total", { ...udp, class: "2xx" }) >= 4);
    assert.ok(metrics.sum("tandem_sip_response_messages_total", { ...udp, direction: "out", class: "4xx" }) >= 4);
    assert.ok(metrics.sum("tandem_trace_messages") > 20);
  });
});
