import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { establish } from "../../support/established-call.ts";
import { SipPhone, type Fields } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";

const TRUSTED = "127.0.0.8";
const OTHER = "127.0.0.9";
const NOBODY = /^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/;

describe("identity and privacy (RFC 3323, RFC 3325)", () => {
  let cleanup: Cleanup;
  let node: SwitchFixture;
  let trusted: SipPhone;
  let other: SipPhone;
  let alice: SipPhone;
  let bob: SipPhone;
  beforeEach(async () => {
    cleanup = new Cleanup();
    // Peers are made for the ports of their phones, and those for the port of the switch.
    const ports = { trusted: await freeAt(TRUSTED), other: await freeAt(OTHER) };
    const trunk = { profile: { ...TEST_PROFILE, kind: "trunk" }, maxCalls: 10, transit: true } as const;
    node = cleanup.add(
      await SwitchFixture.start({
        phones: [{ displayName: "Alice" }, { displayName: "Bob" }],
        peers: [
          {
            ...trunk,
            name: "in",
            addresses: [TRUSTED],
            uri: `sip:${TRUSTED}:${ports.trusted}`,
            prefixes: ["8"],
            trusted: true,
          },
          { ...trunk, name: "out", addresses: [OTHER], uri: `sip:${OTHER}:${ports.other}`, prefixes: ["9"] },
        ],
      }),
      (one) => one.stop(),
    );
    trusted = await peerPhone(TRUSTED, ports.trusted);
    other = await peerPhone(OTHER, ports.other);
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
  });
  afterEach(async () => {
    await cleanup.run();
  });

  async function freeAt(address: string): Promise<number> {
    const phone = await SipPhone.start({ number: "", user: "", password: "", server: { address, port: 9 }, address });
    const { port } = phone;
    await phone.close();
    return port;
  }

  async function peerPhone(address: string, port: number): Promise<SipPhone> {
    const options = { number: "5", user: "+4930", password: "", server: node.server, address, port };
    return cleanup.add(await SipPhone.start(options), (one) => one.close());
  }

  /** The INVITE that `callee` gets when `caller` calls `number`, and then gives up. */
  async function offeredTo(callee: SipPhone, caller: SipPhone, number: string, headers: Fields): Promise<SipMessage> {
    const call = await caller.call(number, { sdp: testSdp(4_000), headers });
    const offered = await callee.offered();
    assert.ok(offered.offer !== undefined);
    offered.respond(offered.offer, 486);
    assert.equal((await call.invite?.final())?.status, 486);
    return offered.offer;
  }

  it("given a phone that hides, when it calls, then a phone and an untrusted peer see nobody, and a trusted peer is told who it is", async () => {
    const hides: Fields = [
      ["Privacy", "user;id;critical"],
      ["Subject", "about me"],
    ];
    for (const [callee, number] of [
      [bob, "1002"],
      [other, "900"],
    ] as const) {
      const offered = await offeredTo(callee, alice, number, hides);
      assert.match(offered.get("from") ?? "", NOBODY);
      for (const name of ["privacy", "p-asserted-identity", "subject"]) assert.equal(offered.has(name), false, name);
      assert.equal(/alice|1001/i.test(offered.text), false);
    }
    const told = await offeredTo(trusted, alice, "800", hides);
    assert.match(told.get("from") ?? "", NOBODY);
    assert.match(told.get("p-asserted-identity") ?? "", /^"Alice" <sip:1001@127\.0\.0\.1(:\d+)?>$/);
    assert.equal(told.get("privacy"), "user;id;critical");
  });

  it("given a phone with claims of its own, when it calls, then none counts, and only a trusted peer is told who it is", async () => {
    const claims: Fields = [
      ["P-Asserted-Identity", '"Boss" <sip:1@example.com>'],
      ["P-Preferred-Identity", "<sip:1002@example.com>"],
      ["Remote-Party-ID", "<sip:1@example.com>;party=calling"],
    ];
    for (const [callee, number, isTold] of [
      [bob, "1002", false],
      [other, "900", false],
      [trusted, "800", true],
    ] as const) {
      const offered = await offeredTo(callee, alice, number, claims);
      assert.match(offered.get("from") ?? "", /^"Alice" <sip:1001@/);
      assert.equal(/^"Alice" <sip:1001@/.test(offered.get("p-asserted-identity") ?? ""), isTold);
      for (const name of ["p-preferred-identity", "remote-party-id", "privacy"])
        assert.equal(offered.has(name), false, name);
    }
  });

  it("given a trusted peer that asserts another than its From, when it calls, then that one calls; of an untrusted one From counts", async () => {
    const assertion: Fields = [["P-Asserted-Identity", '"Carol" <sip:+4940@example.com>']];
    const believed = await offeredTo(bob, trusted, "1002", assertion);
    assert.match(believed.get("from") ?? "", /^"Carol" <sip:\+4940@/);
    const passedOn = await offeredTo(other, trusted, "900", assertion);
    assert.match(passedOn.get("from") ?? "", /^"Carol" <sip:\+4940@/);
    assert.equal(passedOn.has("p-asserted-identity"), false);
    const doubted = await offeredTo(bob, other, "1002", assertion);
    assert.match(doubted.get("from") ?? "", /<sip:\+4930@/);
    assert.equal(doubted.has("p-asserted-identity"), false);
    const records = await node.settled(3);
    assert.deepEqual(
      records.map(({ caller }) => caller.number),
      ["+4940", "+4940", "+4930"],
    );
  });

  it("given an untrusted peer that calls a trusted one, when its From is all that is known, then that is passed on and not asserted", async () => {
    const offered = await offeredTo(trusted, other, "800", [["P-Asserted-Identity", "<sip:+4940@example.com>"]]);
    assert.match(offered.get("from") ?? "", /<sip:\+4930@/);
    assert.equal(offered.has("p-asserted-identity"), false);
  });

  it("given a trusted peer whose caller hides, when it calls a phone, then that sees nobody", async () => {
    const offered = await offeredTo(bob, trusted, "1002", [
      ["P-Asserted-Identity", "<sip:+4940@example.com>"],
      ["Privacy", "id"],
    ]);
    assert.match(offered.get("from") ?? "", NOBODY);
    assert.equal(offered.text.includes("+4940"), false);
  });

  it("given a privacy that must be and cannot, when it is asked for, then the call is refused with 500; without critical it goes on", async () => {
    const call = await alice.call("1002", { sdp: testSdp(4_000), headers: [["Privacy", "id;location;critical"]] });
    assert.equal((await call.invite?.final())?.status, 500);
    const offered = await offeredTo(bob, alice, "1002", [["Privacy", "id;location"]]);
    assert.match(offered.get("from") ?? "", NOBODY);
  });

  it("given a trusted caller, when a phone rings and answers, then the caller is told who, and an untrusted one is not", async () => {
    for (const [caller, isTold] of [
      [trusted, true],
      [other, false],
    ] as const) {
      const call = await caller.call("1002", { sdp: testSdp(4_000) });
      const offered = await bob.offered();
      assert.ok(offered.offer !== undefined);
      offered.respond(offered.offer, 180);
      const ringing = await call.invite?.response(180);
      const acked = offered.answer({ sdp: testSdp(5_000), headers: [["Privacy", "id"]] });
      const answer = await call.established();
      await acked;
      assert.deepEqual(
        [ringing, answer].map((one) => /^"Bob" <sip:1002@127\.0\.0\.1>$/.test(one?.get("p-asserted-identity") ?? "")),
        [isTold, isTold],
      );
      assert.deepEqual(
        [ringing?.get("privacy"), answer.get("privacy")],
        isTold ? [undefined, "id"] : [undefined, undefined],
      );
      const bye = call.bye();
      await offered.takeBye();
      await bye;
    }
    await node.settled(2);
  });

  it("given a trusted peer that answers for somebody else, when a phone calls it, then the phone is not told", async () => {
    const { near, far, answer } = await establish(
      alice,
      { number: "800", offered: () => trusted.offered() } as SipPhone,
      {
        far: { headers: [["P-Asserted-Identity", '"Dora" <sip:801@example.com>']] },
      },
    );
    assert.equal(answer.has("p-asserted-identity"), false);
    const bye = near.bye();
    await far.takeBye();
    await bye;
    await node.settled(1);
  });
});
