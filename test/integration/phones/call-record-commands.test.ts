import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CallRecord } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { demoPhone } from "../../support/demo-phone.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { tandem, TandemNode } from "../../support/tandem-node.ts";

interface Listed {
  readonly live: readonly { readonly callId: string }[];
  readonly past: readonly CallRecord[];
  readonly total: number;
}

describe("call records of a node", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let alice: SipPhone;
  let bob: SipPhone;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    [alice, bob] = [await phone("1001"), await phone("1002")];
  });

  after(async () => {
    await cleanup.run();
  });

  const phone = (number: string): Promise<SipPhone> => demoPhone(node, cleanup, number);

  async function calls(...words: readonly string[]): Promise<string> {
    const command = tandem(["calls", ...words, "--data-dir", node.dataDir]);
    cleanup.add(command, async (one) => void (await one.kill()));
    const { code } = await command.exited(10_000);
    assert.equal(code, 0, command.output);
    return command.output.replace(/^\(the (?:node|last).*\n/gm, "");
  }

  async function listed(...words: readonly string[]): Promise<Listed> {
    return JSON.parse(await calls("list", "--json", ...words)) as Listed;
  }

  async function get(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const token = readFileSync(join(node.dataDir, "run", "admin.token"), "utf8").trim();
    const url = `${node.http}/api/v1${path}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  it("given a call that goes on and then ends, when it is asked for, then commands and REST tell the same of it", async () => {
    const { near, far } = await establish(alice, bob);
    const [live] = (await listed("--live", "--device", "phone-1001")).live;
    assert.ok(live);
    const { callId } = live;
    assert.match(await calls("show", callId), /^call .*: live\n(.*\n)*leg 2, to phone-1002 \(1002\): answered/);
    await hangUp(near, far);
    const [record] = await eventually(
      async () => {
        const { past } = await listed("--past", "--number", "1002");
        assert.equal(past.length, 1);
        return past;
      },
      { timeoutMs: 5_000 },
    );
    assert.equal(record?.callId, callId);
    assert.equal(record.legs[1]?.devicePool, "default");
    assert.deepEqual((await listed("--past", "--number", "1003")).past, []);
    assert.deepEqual((await listed("--past", "--to", record.startedAt)).past, []);
    assert.match(await calls("show", callId), /cause {8}16 normal call clearing, SIP 200; normal, ended by the caller/);
    const [header, ...lines] = (await calls("export", "--format", "csv")).trimEnd().split("\n");
    assert.match(header ?? "", /^globalCallId.node,globalCallId.call,leg,party/);
    assert.deepEqual(
      lines.map((line) => line.split(",").slice(1, 4)),
      [
        [callId, "1", "caller"],
        [callId, "2", "callee"],
      ],
    );
    assert.deepEqual(JSON.parse(await calls("export", "--format", "json")), record);
    const page = await get(`/call-records?number=1001&from=${encodeURIComponent(record.startedAt)}`);
    assert.deepEqual(page, { status: 200, body: { items: [record], next: null, total: 1 } });
    assert.deepEqual(await get(`/call-records/${callId}`), { status: 200, body: { state: "past", call: record } });
    assert.equal((await get("/call-records/unknown")).body["code"], "not-found");
    for (const query of ["from=yesterday", "limit=0", "after=x", "color=red"]) {
      assert.deepEqual((await get(`/call-records?${query}`)).body["code"], "bad-parameter", query);
    }
    assert.match(await calls("--ended"), new RegExp(callId));
  });
});
