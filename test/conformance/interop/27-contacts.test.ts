import assert from "node:assert/strict";
import { splitList } from "../../../src/sip/message/index.ts";
import { hangUp } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { ConnectionLink } from "../../support/phone-link.ts";
import type { Fields, PhoneCall, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const INSTANCE = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>"';
const OTHER_INSTANCE = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-AABBCCDDEE00>"';
const OUTBOUND: Fields = [
  ["Supported", "path, outbound"],
  ["Expires", "600"],
];

describe("interop 27: several contacts, instances and flows", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  beforeEach(async () => {
    node = await SwitchFixture.start({ settings: { serialRingSeconds: 1 } });
    alice = await node.phone("1001");
  });
  afterEach(async () => {
    await node.stop();
  });

  const contacts = (): string[] =>
    node.manager.views.registrations().flatMap((row) => (row.aor === "1002" ? [row.contactUri] : []));
  const invites = ({ received }: SipPhone): number =>
    received.filter(({ kind, method }) => kind === "request" && method === "INVITE").length;

  /** A place of phone 1002 on UDP, registered with these parameters of its Contact. */
  async function place(params: string): Promise<SipPhone> {
    const phone = await node.phone("1002", { registered: false });
    assert.equal((await phone.register([["Expires", "600"]], `${phone.contact}${params}`)).status, 200);
    return phone;
  }

  /** A flow of phone 1002 over a connection of its own. */
  async function flow(params: string): Promise<{ phone: SipPhone; link: ConnectionLink; cut: () => Promise<void> }> {
    const link = await ConnectionLink.open(node.placeOf("tcp"));
    const phone = await node.phone("1002", { registered: false, link });
    const response = await phone.register(OUTBOUND, `${phone.contact};${params}`);
    assert.deepEqual([response.status, response.get("require"), response.get("flow-timer")], [200, "outbound", "120"]);
    const cut = async (): Promise<void> => {
      const before = node.metric("tandem_sip_connections");
      link.socket.resetAndDestroy();
      const isCut = (): void => assert.equal(node.metric("tandem_sip_connections"), before - 1);
      await eventually(isCut, { timeoutMs: 2_000, intervalMs: 5 });
    };
    return { phone, link, cut };
  }

  const call = (): Promise<PhoneCall> => alice.call("1002", { sdp: testSdp(4_000) });

  async function refuse(phone: SipPhone, status: number): Promise<void> {
    const offered = await phone.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, status);
  }

  /** The call is answered there, and ended by the caller. */
  async function answered(near: PhoneCall, phone: SipPhone): Promise<void> {
    const far = await phone.offered();
    const acked = far.answer({ sdp: testSdp(5_000) });
    await near.established();
    await acked;
    await hangUp(near, far);
  }

  it("given contacts of different q, when the better one refuses, then the other is tried, and before that not", async () => {
    const [low, high] = [await place(";q=0.3"), await place(";q=0.9")];
    const near = await call();
    await refuse(high, 404);
    await answered(near, low);
    await node.settled(1);
  });

  it("given two instances, when the phone is called, then both ring", async () => {
    const [one, other] = [await place(`;${INSTANCE}`), await place(`;${OTHER_INSTANCE}`)];
    const near = await call();
    await Promise.all([refuse(one, 486), refuse(other, 486)]);
    assert.equal((await near.invite?.final())?.status, 486);
  });

  for (const [name, params] of [
    ["an instance", INSTANCE],
    ["an instance and a flow number", `${INSTANCE};reg-id=1`],
  ] as const) {
    it(`given a phone with ${name}, when it starts again on another port, then its stale contact is gone at once`, async () => {
      const before = await place(`;${params}`);
      const after = await place(`;${params}`);
      assert.equal(contacts().length, 1);
      const near = await call();
      await refuse(after, 486);
      assert.equal((await near.invite?.final())?.status, 486);
      assert.equal(invites(before), 0);
    });
  }

  it("given two flows of an instance, when it is called, then over the latest only, and its word is the last", async () => {
    const [first, second] = [await flow(`${INSTANCE};reg-id=1`), await flow(`${INSTANCE};reg-id=2`)];
    assert.equal(contacts().length, 2);
    const near = await call();
    await refuse(second.phone, 480);
    assert.equal((await near.invite?.final())?.status, 480);
    assert.equal(invites(first.phone), 0);
    assert.equal(contacts().length, 2);
  });

  it("given the latest flow is gone, when the phone is called, then over the other, and the dead one is forgotten", async () => {
    const [first, second] = [await flow(`${INSTANCE};reg-id=1`), await flow(`${INSTANCE};reg-id=2`)];
    await second.cut();
    await answered(await call(), first.phone);
    await node.settled(1);
    assert.deepEqual(contacts(), [first.phone.contact.slice(1, -1)]);
  });

  it("given the latest flow breaks under the INVITE, when nothing came back, then the call goes over the other at once", async () => {
    const [first, second] = [await flow(`${INSTANCE};reg-id=1`), await flow(`${INSTANCE};reg-id=2`)];
    const near = await call();
    await second.phone.offered();
    second.link.socket.resetAndDestroy();
    await answered(near, first.phone);
    await node.settled(1);
    assert.equal(contacts().length, 1);
  });

  it("given all flows are gone, when the phone is called, then 480 at once, and nothing is registered", async () => {
    const flows = [await flow(`${INSTANCE};reg-id=1`), await flow(`${INSTANCE};reg-id=2`)];
    for (const { cut } of flows) await cut();
    const near = await call();
    assert.equal((await near.invite?.final(1_500))?.status, 480);
    assert.deepEqual(contacts(), []);
  });

  it("given a flow that comes back, when the phone is called, then over the new connection", async () => {
    const before = await flow(`${INSTANCE};reg-id=1`);
    await before.cut();
    const after = await flow(`${INSTANCE};reg-id=1`);
    assert.equal(contacts().length, 1);
    await answered(await call(), after.phone);
    await node.settled(1);
  });

  it("given a flow of one phone and another phone, when the flow is gone, then the other phone rings all the same", async () => {
    const gone = await flow(`${INSTANCE};reg-id=1`);
    const other = await flow(`${OTHER_INSTANCE};reg-id=1`);
    await gone.cut();
    await answered(await call(), other.phone);
    await node.settled(1);
  });

  describe("what is asked of the registrar", () => {
    let bob: SipPhone;
    beforeEach(async () => {
      bob = await node.phone("1002", { registered: false });
    });
    const statusOf = async (headers: Fields, contact: string): Promise<number> =>
      (await bob.register(headers, contact)).status;
    const [one, other] = ["<sip:one@127.0.0.9>", "<sip:other@127.0.0.9>"];

    it("given several contacts, when one expires at once, then the other stays", async () => {
      const both = await bob.register([["Expires", "600"]], `${one};q=0.5, ${other}`);
      assert.deepEqual(both.getAll("contact").flatMap(splitList), [`${one};expires=600;q=0.5`, `${other};expires=600`]);
      assert.equal(await statusOf([], `${one};expires=0`), 200);
      assert.deepEqual(contacts(), [other.slice(1, -1)]);
    });

    it("given Contact: *, when Expires is 0, then all are gone, else 400 and none", async () => {
      await bob.register([["Expires", "600"]], `${one}, ${other}`);
      assert.equal(await statusOf([["Expires", "600"]], "*"), 400);
      assert.equal(await statusOf([["Expires", "0"]], `*, ${one}`), 400);
      assert.equal(contacts().length, 2);
      const response = await bob.register([["Expires", "0"]], "*");
      assert.deepEqual([response.status, response.has("contact")], [200, false]);
      assert.deepEqual(contacts(), []);
    });

    it("given an expiry that is too brief, when it is asked for, then 423 with the least and nothing is changed", async () => {
      const response = await bob.register([["Expires", "30"]], one);
      assert.deepEqual([response.status, response.get("min-expires")], [423, "60"]);
      assert.deepEqual(contacts(), []);
    });

    it("given a flow and another contact in one request, when it comes, then 400", async () => {
      assert.equal(await statusOf(OUTBOUND, `${one};${INSTANCE};reg-id=1, ${other}`), 400);
      assert.deepEqual(contacts(), []);
    });

    it("given a flow number without an instance, when it comes, then it is a contact as any other", async () => {
      const response = await bob.register(OUTBOUND, `${one};reg-id=1`);
      assert.deepEqual([response.status, response.has("require")], [200, false]);
      assert.doesNotMatch(response.get("contact") ?? "", /reg-id/);
    });
  });
});
