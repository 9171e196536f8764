import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CallNow } from "../../../src/signals/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { eventually } from "../../support/eventually.ts";
import { MixingPhone } from "../../support/mixing-phone.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";
import { doneOn } from "../../support/tandem-shell.ts";

const TONES = [440, 660, 880] as const;
const [CALLER, FIRST, SECOND] = TONES;

describe("a line shared by two real phones", () => {
  const cleanup = new Cleanup();
  const phones = new Cleanup();
  let node: TandemNode;
  let caller: MixingPhone;
  let first: MixingPhone;
  let second: MixingPhone;
  before(async () => {
    node = cleanup.add(await TandemNode.start(), (started) => started.stop());
    await addDevice("desk", "1001");
  });
  after(async () => {
    await cleanup.run();
  });
  beforeEach(async () => {
    caller = await started({ ...node.account("1002") }, CALLER);
    first = await started({ ...node.account("1001") }, FIRST);
    second = await started({ user: "1001", authUser: "desk", server: node.sip, password: "on-the-desk" }, SECOND);
  });
  afterEach(async () => {
    await phones.run();
  });

  async function started(account: Parameters<typeof MixingPhone.start>[0], toneHz: number): Promise<MixingPhone> {
    return phones.add(await MixingPhone.start(account, toneHz), (one) => one.close());
  }

  /** Another device with a line that there is. */
  async function addDevice(name: string, directoryNumber: string): Promise<void> {
    const token = readFileSync(join(node.dataDir, "run", "admin.token"), "utf8").trim();
    const response = await fetch(`${node.http}/api/v1/phones`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        name,
        credentials: { user: name, password: "on-the-desk" },
        lines: [{ directoryNumber }],
      }),
    });
    assert.equal(response.status, 201, await response.text());
  }

  /** A call to the line; both phones ring, and the first one answers. */
  async function answered(): Promise<void> {
    await caller.phone.dial("1001");
    await Promise.all([first.phone.event("CALL_INCOMING"), second.phone.event("CALL_INCOMING")]);
    await first.phone.accept();
    await Promise.all([caller.phone.event("CALL_ESTABLISHED"), second.phone.event("CALL_CLOSED")]);
  }

  async function states(): Promise<string[]> {
    const [call] = JSON.parse(await doneOn(node, ["call", "show", "--json"])) as CallNow[];
    const line = call?.connections.find(({ number }) => number === "1001");
    return (line?.devices ?? []).map(({ state }) => state).sort();
  }

  it("given one phone that talks, when the other dials the code, then three hear each other, and two when the first has left", async () => {
    await answered();
    assert.deepEqual(await states(), ["bridged", "talking"]);
    await second.phone.dial("*43");
    await second.phone.event("CALL_ESTABLISHED");
    await Promise.all([
      caller.hearsAll([FIRST, SECOND], TONES),
      first.hearsAll([CALLER, SECOND], TONES),
      second.hearsAll([CALLER, FIRST], TONES),
    ]);
    assert.deepEqual(await states(), ["talking", "talking"]);
    await first.phone.hangup();
    await Promise.all([caller.hearsAll([SECOND], TONES), second.hearsAll([CALLER], TONES)]);
    await caller.phone.hangup();
    await second.phone.closedReason();
    await node.zero(CALL_GAUGES, 5_000);
  });

  it("given one phone that holds, when the other dials the code, then it has the call, and the first is out", async () => {
    await answered();
    await first.phone.hold();
    await eventually(async () => assert.deepEqual(await states(), ["bridged", "held"]), { timeoutMs: 5_000 });
    await second.phone.dial("*431001");
    await second.phone.event("CALL_ESTABLISHED");
    await first.phone.closedReason();
    await Promise.all([caller.hearsAll([SECOND], TONES), second.hearsAll([CALLER], TONES)]);
    assert.deepEqual(await states(), ["bridged", "talking"]);
    await second.phone.hangup();
    await caller.phone.closedReason();
    await node.zero(CALL_GAUGES, 5_000);
  });
});
