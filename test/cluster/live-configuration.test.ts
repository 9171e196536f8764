import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RegistrationSummary } from "../../src/call/index.ts";
import type { DeviceState, LineState } from "../../src/signals/index.ts";
import { Cleanup } from "../support/cleanup.ts";
import { establish, hangUp, roundTrip, type EstablishedCall } from "../support/established-call.ts";
import { phoneOperations, phoneRemoval, put, remove } from "../support/kept-configuration.ts";
import { NodeConfiguration, TAKEN_UP_MS } from "../support/node-configuration.ts";
import { SipPhone, type SipPhoneOptions } from "../support/sip-phone.ts";
import { CALL_GAUGES, TandemNode } from "../support/tandem-node.ts";
import { testSdp } from "../support/test-sdp.ts";

describe("a change of the configuration by another process, while two phones talk", () => {
  const whole = new Cleanup();
  const cleanup = new Cleanup();
  let node: TandemNode;
  let configuration: NodeConfiguration;
  let talk: EstablishedCall;

  before(async () => {
    node = whole.add(await TandemNode.start({ orphanGraceSeconds: 30 }), (one) => one.stop());
    configuration = whole.add(new NodeConfiguration(node), (one) => one.close());
  });
  after(() => whole.run());

  beforeEach(async () => {
    talk = await establish(await declared("1001"), await declared("1002"));
  });
  afterEach(async () => {
    await cleanup.run();
  });

  const server = (): SipPhoneOptions["server"] => ({ address: "127.0.0.1", port: node.sipPort });
  const phone = async (user: string, password: string, more: Partial<SipPhoneOptions> = {}): Promise<SipPhone> =>
    cleanup.add(await SipPhone.start({ number: user, user, password, server: server(), ...more }), (one) =>
      one.close(),
    );
  const registered = async (one: SipPhone): Promise<SipPhone> => {
    assert.equal((await one.register()).status, 200);
    return one;
  };
  const declared = async (user: string): Promise<SipPhone> => {
    const one = await registered(await phone(user, `demo-${user}`));
    cleanup.add(one, async () => void (await one.register([["Expires", "0"]])));
    return one;
  };
  const statusOf = async (from: SipPhone, number: string): Promise<number | undefined> => {
    const call = await from.call(number, { sdp: testSdp(4_000) });
    return (await call.invite?.final())?.status;
  };
  const registeredNumbers = async (): Promise<string[]> => {
    const rows = (await node.ask("callmanager", "registrations")) as readonly RegistrationSummary[];
    return rows.map(({ aor }) => aor);
  };
  const rest = async <Row>(collection: string): Promise<readonly Row[]> => {
    const token = readFileSync(join(node.dataDir, "run", "admin.token"), "utf8").trim();
    const response = await fetch(`${node.http}/api/v1/${collection}?limit=1000`, {
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(response.status, 200);
    return ((await response.json()) as { items: readonly Row[] }).items;
  };
  const callsEnd = async (): Promise<void> => {
    await roundTrip(talk.near);
    await hangUp(talk.near, talk.far);
    await node.zero(CALL_GAUGES, 5_000);
  };

  it("given a new phone, when it is added, then it registers and is called at once, and calls others", async () => {
    await configuration.change(...phoneOperations(["2001"]));
    const added = await registered(await phone("2001", "secret"));
    const other = await declared("1003");
    const call = await establish(other, added);
    await hangUp(call.far, call.near);
    const back = await establish(added, other);
    await hangUp(back.near, back.far);
    await callsEnd();
  });

  it("given a phone in a call, when it is removed, then its registration is gone and calls to it get 404; its call goes on", async () => {
    await configuration.change(...phoneOperations(["2002"]));
    const gone = await registered(await phone("2002", "secret"));
    const call = await establish(gone, await declared("1003"));
    await configuration.change(...phoneRemoval(["2002"]));
    assert.equal((await registeredNumbers()).includes("2002"), false);
    assert.equal(await statusOf(await declared("1004"), "2002"), 404);
    assert.notEqual((await gone.register()).status, 200);
    await roundTrip(call.far);
    await roundTrip(call.near);
    await hangUp(call.near, call.far);
    await callsEnd();
  });

  it("given a password that is changed, when the phone registers, then with the new one only, and what it registered before is gone", async () => {
    await configuration.change(...phoneOperations(["2003"]));
    const before = await registered(await phone("2003", "secret"));
    await configuration.change({
      type: "merge",
      kind: "phone",
      name: "phone-2003",
      body: { credentials: { user: "2003", password: "another" } },
    });
    assert.equal((await registeredNumbers()).includes("2003"), false);
    assert.notEqual((await before.register()).status, 200);
    await registered(await phone("2003", "another"));
    assert.equal((await registeredNumbers()).includes("2003"), true);
    await callsEnd();
  });

  it("given another number, when it is changed, then the phone registers for that one and is called by it alone", async () => {
    await configuration.change(...phoneOperations(["2004"]));
    const before = await registered(await phone("2004", "secret"));
    await configuration.change(
      put("directory-number", { number: "2044" }),
      { type: "merge", kind: "phone", name: "phone-2004", body: { lines: [{ directoryNumber: "2044" }] } },
      remove("directory-number", "2004@internal"),
    );
    assert.equal((await registeredNumbers()).includes("2004"), false);
    const after = await registered(await phone("2044", "secret", { authUser: "2004" }));
    assert.equal(await statusOf(await declared("1004"), "2004"), 404);
    const call = await establish(await declared("1003"), after);
    await hangUp(call.near, call.far);
    assert.equal((await before.register()).status, 200, "by its user it registers its first line");
    await callsEnd();
  });

  it("given a new trunk, when it is added, then its calls are taken by their address, and the edge does not ban it", async () => {
    const trunk = await phone("carrier", "", { address: "127.0.0.7" });
    assert.equal(await statusOf(trunk, "1004"), 401);
    assert.equal(await node.ask("edge", "ban", { address: "192.0.2.7" }), true);
    assert.equal(await node.ask("edge", "unban", { address: "192.0.2.7" }), true);
    const addresses = ["127.0.0.7", "192.0.2.0/24"];
    await configuration.change(put("trunk", { name: "carrier", uri: "sip:127.0.0.7:5999", addresses, pingSeconds: 0 }));
    const call = await establish(trunk, await declared("1004"));
    await hangUp(call.near, call.far);
    assert.equal(await node.ask("edge", "ban", { address: "192.0.2.7" }), false);

    const edgePid = await node.killService("edge");
    await node.serviceAgain("edge", edgePid, 5_000);
    assert.equal(await node.ask("edge", "ban", { address: "192.0.2.7" }), false, "an edge that starts knows it");

    await configuration.change(remove("trunk", "carrier"));
    assert.equal(await statusOf(trunk, "1004"), 401);
    assert.equal(await node.ask("edge", "ban", { address: "192.0.2.7" }), true);
    assert.equal(await node.ask("edge", "unban", { address: "192.0.2.7" }), true);
    await callsEnd();
  });

  it("given a line that a second device gets, when it is called, then both ring, and whoever answers has the call", async () => {
    await configuration.change(...phoneOperations(["2010"]));
    const first = await registered(await phone("2010", "secret"));
    await configuration.change(
      put("phone", {
        name: "twin",
        credentials: { user: "twin", password: "secret" },
        lines: [{ directoryNumber: "2010" }],
      }),
    );
    const twin = await registered(await phone("2010", "secret", { authUser: "twin" }));
    const caller = await declared("1003");
    for (const [taker, other] of [
      [first, twin],
      [twin, first],
    ] as const) {
      const near = await caller.call("2010", { sdp: testSdp(4_000) });
      const [far, left] = [await taker.offered(), await other.offered()];
      const leftInvite = left.offer;
      assert.ok(leftInvite !== undefined);
      left.respond(leftInvite, 180);
      await near.invite?.response(180);
      const acked = far.answer({ sdp: testSdp(5_000) });
      await near.established();
      await acked;
      await left.request("CANCEL");
      left.respond(leftInvite, 487);
      await hangUp(near, far);
    }
    await callsEnd();
  });

  it("given a number in two partitions on one device, when either is called, then its one contact rings", async () => {
    await configuration.change(
      put("partition", { name: "branch" }),
      put("calling-search-space", { name: "branch", partitions: ["branch"] }),
      ...phoneOperations(["2011"]),
      put("directory-number", { number: "2011", partition: "branch" }),
      {
        type: "merge",
        kind: "phone",
        name: "phone-2011",
        body: { lines: [{ directoryNumber: "2011" }, { directoryNumber: "2011@branch" }] },
      },
      ...phoneOperations(["2012"], { callingSearchSpace: "branch" }),
    );
    const both = await registered(await phone("2011", "secret"));
    for (const caller of [await declared("1003"), await registered(await phone("2012", "secret"))]) {
      const call = await establish(caller, both);
      await hangUp(call.near, call.far);
    }
    await callsEnd();
  });

  it("given devices and lines, when REST is asked for them, then each has its live state; call control pages through them, too", async () => {
    await configuration.change(
      ...phoneOperations(["2008"]),
      put("directory-number", { number: "2009", forwarding: { all: { external: "1003" }, busy: {} } }),
      put("route-point", { name: "reception", lines: [{ directoryNumber: "2009" }] }),
    );
    const rows = new Map((await rest<{ id: string; state: DeviceState }>("devices")).map((row) => [row.id, row.state]));
    assert.deepEqual(
      ["phone-1001", "phone-2008", "reception"].map((name) => [rows.get(name)?.state, rows.get(name)?.calls]),
      [
        ["registered", 1],
        ["unregistered", 0],
        ["no-credentials", 0],
      ],
    );
    const { kind, profile, devicePool, contacts } = rows.get("phone-1001") ?? {};
    assert.deepEqual([kind, profile, devicePool, contacts?.length], ["phone", "standard-phone", "default", 1]);
    const lines = new Map((await rest<{ id: string; state: LineState }>("lines")).map((row) => [row.id, row.state]));
    assert.equal(lines.get("1001@internal")?.state, "in-use");
    assert.deepEqual(lines.get("2009@internal"), {
      name: "2009@internal",
      state: "unregistered",
      devices: ["reception"],
      calls: 0,
      forwarding: ["all"],
    });
    const page = (await node.ask("callmanager", "device-states", { after: "phone-1001", limit: 2 })) as DeviceState[];
    assert.deepEqual(
      page.map(({ name }) => name),
      ["phone-1002", "phone-1003"],
    );
    await assert.rejects(node.ask("callmanager", "line-states", { limit: 1_001 }), { code: "bad-params" });
    await callsEnd();
  });

  it("given call control that is killed, when phones come and go meanwhile, then it knows when it is back, and the call goes on", async () => {
    await configuration.change(...phoneOperations(["2005"]), ...phoneOperations(["2006"]));
    await registered(await phone("2005", "secret"));
    await registered(await phone("2006", "secret"));
    const pid = await node.killService("callmanager");
    const sequence = await configuration.apply(...phoneRemoval(["2005"]), ...phoneOperations(["2007"]), {
      type: "merge",
      kind: "phone",
      name: "phone-2006",
      body: { credentials: { user: "2006", password: "another" } },
    });
    await node.serviceAgain("callmanager", pid, 5_000);
    await configuration.takenUp(sequence, TAKEN_UP_MS);
    const numbers = await registeredNumbers();
    assert.equal(numbers.includes("2005"), false);
    assert.equal(numbers.includes("2006"), false, "it was registered with a password that counts no more");
    assert.equal(numbers.includes("1001"), true);
    assert.equal(await statusOf(await declared("1004"), "2005"), 404);
    const added = await registered(await phone("2007", "secret"));
    const call = await establish(await declared("1003"), added);
    await hangUp(call.near, call.far);
    await callsEnd();
  });
});
