import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Cleanup } from "../support/cleanup.ts";
import { establish, type EstablishedCall } from "../support/established-call.ts";
import { eventually } from "../support/eventually.ts";
import type { PhoneCall } from "../support/sip-phone.ts";
import { SipPhone } from "../support/sip-phone.ts";
import { StockServer } from "../support/stock-server.ts";
import { TandemNode } from "../support/tandem-node.ts";
import { testSdp } from "../support/test-sdp.ts";

describe("a node with a stock drachtio server that loses its application", () => {
  const cleanup = new Cleanup();
  let server: StockServer;
  let node: TandemNode;

  beforeEach(async () => {
    server = cleanup.add(await StockServer.start(), (started) => started.stop());
    const edge = { kind: "drachtio", host: "127.0.0.1", port: server.wirePort, secret: server.secret } as const;
    node = cleanup.add(await TandemNode.start({ edge }), (started) => started.stop());
  });
  afterEach(() => cleanup.run());

  async function phone(number: string): Promise<SipPhone> {
    const address = { address: "127.0.0.1", port: server.sipPort };
    const options = { number, user: number, password: `demo-${number}`, server: address };
    const made = cleanup.add(await SipPhone.start(options), (started) => started.close());
    assert.equal((await made.register()).status, 200);
    return made;
  }

  async function calls(count: number): Promise<EstablishedCall[]> {
    const established: EstablishedCall[] = [];
    for (let index = 0; index < count; index += 1) {
      const [caller, callee] = [await phone(String(1001 + 2 * index)), await phone(String(1002 + 2 * index))];
      established.push(await establish(caller, callee));
    }
    return established;
  }

  /** Takes the INVITE that renews a dialog: its identity is that of the call, its CSeq far above. */
  async function takeRenewal(party: PhoneCall, status = 200): Promise<void> {
    const invite = await party.request("INVITE", 15_000);
    assert.equal(invite.get("call-id"), party.callId);
    assert.equal(invite.get("to")?.includes(party.localTag), true);
    assert.equal(invite.get("from"), party.remote);
    assert.ok(Number.parseInt(invite.get("cseq") ?? "") > 100_000);
    party.respond(invite, status, status === 200 ? { sdp: testSdp(5_000, [], 2) } : {});
    if (status === 200) await party.request("ACK");
  }

  async function holdResumeAndHangUp(one: PhoneCall, other: PhoneCall): Promise<void> {
    for (const direction of ["sendonly", "sendrecv"]) {
      const change = one.send("INVITE", { sdp: testSdp(4_000, [`a=${direction}`], 3) });
      const passed = await other.request("INVITE");
      other.respond(passed, 200, { sdp: testSdp(5_000, [], 3) });
      await other.request("ACK");
      const changed = await change.final();
      assert.equal(changed.status, 200);
      one.ack(change, changed);
    }
    const bye = one.bye();
    await other.takeBye();
    assert.equal((await bye).status, 200);
  }

  function records(): { readonly reason: string; readonly endedBy: string }[] {
    const text = readFileSync(join(node.dataDir, "records", "calls.jsonl"), "utf8");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { reason: string; endedBy: string });
  }

  async function nothingIsLeft(): Promise<void> {
    await node.zero(["tandem_calls", "tandem_media_sessions"], 5_000);
    await eventually(() => assert.equal(server.dialogs, 0), { timeoutMs: 5_000, intervalMs: 20 });
    assert.deepEqual(server.extensions, []);
  }

  it("given three calls, when callmanager is killed, then after the sweep two go on from either side, and the one that hung up meanwhile ends with a record", async () => {
    const [first, second, third] = await calls(3);
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    const forgotten = server.forgotten();
    await node.killService("callmanager");
    await forgotten;
    assert.equal((await third.near.send("BYE").final(8_000)).status, 481);
    assert.deepEqual(server.unknown, ["BYE"]);
    // The callee is asked first, so that the caller is asked with what the callee has said.
    for (const { near, far } of [first, second]) {
      await takeRenewal(far);
      await takeRenewal(near);
    }
    await takeRenewal(third.far);
    await takeRenewal(third.near, 481);
    await third.far.takeBye();
    const stray = await third.near.request("BYE");
    third.near.respond(stray, 481);
    await holdResumeAndHangUp(first.near, first.far);
    await holdResumeAndHangUp(second.far, second.near);
    await nothingIsLeft();
    const wanted = ["session-lost switch", "normal caller", "normal callee"];
    const told = (): string[] => records().map(({ reason, endedBy }) => `${reason} ${endedBy}`);
    await eventually(() => assert.deepEqual(told(), wanted), { timeoutMs: 5_000 });
    const log = readFileSync(join(node.dataDir, "log", "callmanager.log"), "utf8");
    assert.match(log, /"calls":3,"ended":\d,.*"dialogs are renewed"/);
  });

  it("given a call, when the connection to the server is lost twice, then it goes on after each time", async () => {
    const [call] = await calls(1);
    assert.ok(call !== undefined);
    for (let time = 0; time < 2; time += 1) {
      server.dropApplications();
      await takeRenewal(call.far);
      await takeRenewal(call.near);
    }
    await holdResumeAndHangUp(call.far, call.near);
    await nothingIsLeft();
  });
});
