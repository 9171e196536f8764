import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { payloadTypesOf } from "../../support/audio-sdp.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { demoPhone } from "../../support/demo-phone.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { TandemNode } from "../../support/tandem-node.ts";
import { testSdp } from "../../support/test-sdp.ts";

const PASSWORD = "correct horse";

interface Answer {
  readonly status: number;
  readonly etag: string;
  readonly body: Readonly<Record<string, unknown>>;
}

describe("what is configured while a node runs", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;

  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    [alice, bob, carol] = [await phone("1001"), await phone("1002"), await phone("1003")];
  });

  after(async () => {
    await cleanup.run();
  });

  const phone = (number: string): Promise<SipPhone> => demoPhone(node, cleanup, number);

  async function send(
    method: string,
    path: string,
    { body, user, ifMatch = "*" }: { readonly body?: unknown; readonly user?: string; readonly ifMatch?: string } = {},
  ): Promise<Answer> {
    const token = readFileSync(join(node.dataDir, "run", "admin.token"), "utf8").trim();
    const credentials = Buffer.from(`${user ?? ""}:${PASSWORD}`).toString("base64");
    const response = await fetch(`${node.http}/api/v1${path}`, {
      method,
      headers: {
        authorization: user === undefined ? `Bearer ${token}` : `Basic ${credentials}`,
        ...(body === undefined ? {} : { "content-type": "application/json", "if-match": ifMatch }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    const etag = response.headers.get("etag") ?? "";
    return { status: response.status, etag, body: text === "" ? {} : (JSON.parse(text) as Answer["body"]) };
  }

  const records = async (): Promise<number> => Number((await send("GET", "/call-records?limit=200")).body["total"]);

  it("given a user, when it forwards its line, then the next call goes there, and the one after that rings again when it has taken it back; speed dials are kept", async () => {
    await send("POST", "/users", { body: { name: "bob", password: PASSWORD } });
    await send("PATCH", "/phones/phone-1002", { body: { owner: "bob" } });
    const line = "/me/lines/1002@internal/forwarding";
    const before = await send("GET", line, { user: "bob" });
    const forwarded = await send("PUT", line, {
      user: "bob",
      ifMatch: before.etag,
      body: { all: { internal: "1003", external: "1003" } },
    });
    const call = await alice.call("1002", { sdp: testSdp(4_000) });
    const taken = await carol.offered();
    await taken.answer({ sdp: testSdp(5_000) });
    await call.established();
    await hangUp(call, taken);
    await send("PUT", line, { user: "bob", ifMatch: forwarded.etag, body: {} });
    const { near, far } = await establish(alice, bob);
    await hangUp(near, far);
    const dials = "/me/devices/phone-1002/speed-dials";
    const speedDials = [{ label: "Carol", destination: "1003" }];
    const { etag } = await send("GET", dials, { user: "bob" });
    await send("PUT", dials, { user: "bob", ifMatch: etag, body: { speedDials } });
    assert.deepEqual((await send("GET", dials, { user: "bob" })).body, { speedDials });
  });

  it("given codecs of a region, when they are set, then the next call has these in this order, and all again when they are taken out", async () => {
    await send("PATCH", "/regions/default", { body: { codecs: ["PCMU", "PCMA"] } });
    const limited = await establish(alice, bob);
    assert.deepEqual(payloadTypesOf(limited.offered.body), [0, 8, 101]);
    await hangUp(limited.near, limited.far);
    await send("PATCH", "/regions/default", { body: { codecs: [] } });
    const free = await establish(alice, bob);
    assert.deepEqual(payloadTypesOf(free.offered.body), [8, 0, 101]);
    await hangUp(free.near, free.far);
  });

  it("given names of a line, when they are set, then the callee sees that of the line on the device, else that of the number", async () => {
    await send("PATCH", "/directory-numbers/1001@internal", { body: { displayName: "Sales" } });
    const first = await establish(alice, bob);
    assert.match(first.offered.get("from") ?? "", /^"?Sales"? </);
    await hangUp(first.near, first.far);
    const lines = [{ directoryNumber: "1001@internal", displayName: "Front desk" }];
    await send("PATCH", "/phones/phone-1001", { body: { lines } });
    const second = await establish(alice, bob);
    assert.match(second.offered.get("from") ?? "", /^"Front desk" </);
    await hangUp(second.near, second.far);
  });

  it("given service parameters that take effect at once, or with new calls, when they are set, then the next call goes by them", async () => {
    await send("POST", "/service-parameters", { body: { name: "CDRLogCallsWithZeroDuration", value: false } });
    const refused = async (): Promise<void> => {
      const call = await alice.call("1002", { sdp: testSdp(4_000) });
      const other = await bob.offered();
      assert.ok(other.offer !== undefined);
      other.respond(other.offer, 486);
      assert.equal((await call.invite?.final())?.status, 486);
    };
    const known = await records();
    await refused();
    await send("PATCH", "/service-parameters/CDRLogCallsWithZeroDuration", { body: { value: true } });
    await refused();
    await eventually(async () => assert.equal(await records(), known + 1), { timeoutMs: 5_000 });
    for (const [pattern, mask] of [
      ["81", "82"],
      ["82", "1002"],
    ] as const) {
      await send("POST", "/translation-patterns", { body: { pattern, calledMask: mask } });
    }
    await send("POST", "/service-parameters", { body: { name: "ForwardMaximumHopCount", value: 1 } });
    const stopped = await alice.call("81", { sdp: testSdp(4_000) });
    assert.ok(((await stopped.invite?.final())?.status ?? 0) >= 400);
    await send("DELETE", "/service-parameters/ForwardMaximumHopCount", { body: {} });
    const call = await alice.call("81", { sdp: testSdp(4_000) });
    const other = await bob.offered();
    await other.answer({ sdp: testSdp(5_000) });
    await call.established();
    await hangUp(call, other);
  });

  it("given a group of other nodes, when a device comes to it, then its contacts end and its REGISTER gets 403 that says where it belongs, until it is back", async () => {
    await send("POST", "/nodes", { body: { name: "elsewhere" } });
    await send("POST", "/call-manager-groups", { body: { name: "others", nodes: ["elsewhere"] } });
    await send("POST", "/device-pools", { body: { name: "others", callManagerGroup: "others" } });
    await send("PATCH", "/phones/phone-1003", { body: { devicePool: "others" } });
    const call = await alice.call("1003", { sdp: testSdp(4_000) });
    assert.equal((await call.invite?.final())?.status, 480);
    const refused = await carol.register();
    assert.equal(refused.status, 403);
    assert.match(refused.get("warning") ?? "", /^399 tandem "this phone is at home on elsewhere"$/);
    await send("PATCH", "/phones/phone-1003", { body: { devicePool: "default" } });
    assert.equal((await carol.register()).status, 200);
  });
});
