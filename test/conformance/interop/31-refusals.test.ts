import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { splitList, tagOf, type SipMessage } from "../../../src/sip/message/index.ts";
import { establish, hangUp, requestsTo, roundTrip, statusesTo } from "../../support/established-call.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { requestText } from "../../support/request-text.ts";
import { SipPhone, type Fields } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const TRUNK = "127.0.0.8";

describe("interop 31: refusals", () => {
  let node: SwitchFixture;
  let clock: ManualClock;
  let phone: SipPhone;
  let uri: string;
  beforeEach(async () => {
    clock = new ManualClock();
    const profile = { ...TEST_PROFILE, kind: "trunk" } as const;
    const trunk = { name: "trunk", addresses: [TRUNK], uri: `sip:${TRUNK}:5999`, prefixes: [], maxCalls: 10, profile };
    node = await SwitchFixture.start({ edgeClock: clock, peers: [{ ...trunk, transit: false }] });
    phone = await node.phone("1001");
    uri = `sip:1002@127.0.0.1:${node.server.port}`;
  });
  afterEach(async () => {
    await node.stop();
  });

  const contactsOf = (response: SipMessage): string[] => response.getAll("contact").flatMap(splitList);

  function countRefused(reason: string): number {
    return node.metric("tandem_requests_refused_total", { reason });
  }

  /** An INVITE with credentials. */
  async function invite(fields: Fields): Promise<SipMessage> {
    const first = await phone.exchange(requestText(phone, "INVITE", uri, fields));
    const credentials = phone.authorize(first, "INVITE", uri);
    return phone.exchange(requestText(phone, "INVITE", uri, [...fields, ...credentials]));
  }

  async function status(number: string): Promise<number | undefined> {
    const call = await phone.call(number, { sdp: testSdp(4_000) });
    return (await call.invite?.final())?.status;
  }

  describe("REGISTER", () => {
    let bob: SipPhone;
    beforeEach(async () => {
      bob = await node.phone("1002");
      await bob.register([["Expires", "600"]], `<sip:1002@127.0.0.1:5999>`);
    });

    it("given two contacts, when `Contact: *` comes with Expires 0, then 200 lists none, and the phone cannot be called (480)", async () => {
      assert.equal(contactsOf(await bob.register([], "<sip:1002@127.0.0.1:5998>")).length, 3);
      const response = await bob.register([["Expires", "0"]], "*");
      assert.equal(response.status, 200);
      assert.deepEqual(contactsOf(response), []);
      assert.equal(await status("1002"), 480);
    });

    for (const [name, headers, contact] of [
      ["with Expires above 0", [["Expires", "600"]], "*"],
      ["without Expires", [], "*"],
      ["beside another contact", [["Expires", "0"]], "*, <sip:1002@127.0.0.1:5997>"],
    ] as const) {
      it(`given \`Contact: *\` ${name}, when it comes, then 400 and every contact stays`, async () => {
        assert.equal((await bob.register(headers, contact)).status, 400);
        assert.equal(node.manager.views.registrations().filter(({ phone: name }) => name === "phone-1002").length, 2);
      });
    }

    for (const [name, headers, parameter] of [
      ["the header", [["Expires", "0"]], ""],
      ["the parameter", [], ";expires=0"],
    ] as const) {
      it(`given Expires 0 in ${name}, when it comes for one contact, then that goes and the other one is called`, async () => {
        const response = await bob.register(headers, `<sip:1002@127.0.0.1:5999>${parameter}`);
        assert.equal(response.status, 200);
        assert.equal(contactsOf(response).length, 1);
        const call = await phone.call("1002", { sdp: testSdp(4_000) });
        const offered = await bob.offered();
        assert.ok(offered.offer !== undefined);
        offered.respond(offered.offer, 486);
        assert.equal((await call.invite?.final())?.status, 486);
      });
    }

    it("given too short an expiry, when it comes, then 423 with Min-Expires, and with that it is taken", async () => {
      const carol = await node.phone("1003", { registered: false });
      const brief = await carol.register([["Expires", "10"]]);
      assert.equal(brief.status, 423);
      const minimum = brief.get("min-expires") ?? "";
      assert.equal(minimum, "60");
      assert.equal(await status("1003"), 480);
      const response = await carol.register([["Expires", minimum]]);
      assert.equal(response.status, 200);
      assert.match(contactsOf(response)[0] ?? "", /;expires=60$/);
    });
  });

  describe("420", () => {
    for (const method of ["INVITE", "REGISTER", "OPTIONS"]) {
      it(`given ${method} that requires an unknown extension, when it comes, then 420 with its name in Unsupported`, async () => {
        const target = method === "INVITE" ? uri : `sip:127.0.0.1:${node.server.port}`;
        const response = await phone.exchange(requestText(phone, method, target, [["Require", "mystery"]]));
        assert.equal(response.status, 420);
        assert.equal(response.get("unsupported"), "mystery");
        assert.equal(countRefused("extension"), 1);
      });
    }

    it("given a re-INVITE that requires an unknown extension, when it comes, then 420, the other hears nothing and the call goes on", async () => {
      const bob = await node.phone("1002");
      const { near, far } = await establish(phone, bob);
      const asked = requestsTo(bob, "INVITE").length;
      const headers: Fields = [["Require", "mystery"]];
      const response = await near.send("INVITE", { sdp: testSdp(6_000), headers }).final();
      assert.deepEqual([response.status, response.get("unsupported")], [420, "mystery"]);
      await roundTrip(far);
      assert.equal(requestsTo(bob, "INVITE").length, asked);
      await hangUp(near, far);
      await node.settled(1);
    });
  });

  describe("405", () => {
    for (const method of ["PUBLISH", "REFER"]) {
      it(`given ${method}, when it comes outside a dialog, then 405 with Allow`, async () => {
        const fields: Fields = [
          ["Event", "presence"],
          ["Refer-To", "<sip:1003@127.0.0.1>"],
        ];
        const response = await phone.exchange(requestText(phone, method, uri, fields));
        assert.equal(response.status, 405);
        assert.match(response.get("allow") ?? "", /^INVITE, ACK, BYE, CANCEL, OPTIONS, /);
        assert.doesNotMatch(response.get("allow") ?? "", new RegExp(`\\b${method}\\b`));
        assert.equal(countRefused("method"), 1);
      });
    }

    it("given SUBSCRIBE, when it comes outside a dialog, then 489", async () => {
      const response = await phone.exchange(requestText(phone, "SUBSCRIBE", uri, [["Event", "presence"]]));
      assert.equal(response.status, 489);
      assert.equal(countRefused("event"), 1);
    });

    it("given a method that nobody knows, when it comes, then 501 with Allow", async () => {
      const response = await phone.exchange(requestText(phone, "DANCE", uri));
      assert.equal(response.status, 501);
      assert.match(response.get("allow") ?? "", /INVITE/);
    });
  });

  describe("481", () => {
    for (const method of ["BYE", "INVITE", "UPDATE", "INFO", "OPTIONS", "REFER", "PRACK", "NOTIFY"]) {
      it(`given ${method} in a dialog that nobody knows, when it comes, then 481`, async () => {
        const text = requestText(phone, method, uri).replace(/^To: (.*)$/m, "To: $1;tag=unknown");
        assert.equal((await phone.exchange(text)).status, 481);
      });
    }

    for (const method of ["BYE", "UPDATE", "INFO", "PRACK", "NOTIFY", "CANCEL"]) {
      it(`given ${method} without a dialog, when it comes, then 481`, async () => {
        assert.equal((await phone.exchange(requestText(phone, method, uri))).status, 481);
      });
    }
  });

  it("given an INVITE that comes a second way, when it does, then that gets 482 and the callee rings once", async () => {
    const bob = await node.phone("1002");
    const near = await phone.call("1002", { sdp: testSdp(4_000) });
    const far = await bob.offered();
    assert.ok(near.invite !== undefined && far.offer !== undefined);
    const { request } = near.invite;
    const merged = await phone.exchange(request.text.replace(request.get("via") ?? "", phone.newVia()));
    assert.equal(merged.status, 482);
    assert.ok(tagOf(merged.get("to") ?? "") !== undefined);
    const acked = far.answer({ sdp: testSdp(5_000) });
    await near.established();
    await acked;
    assert.equal(requestsTo(bob, "INVITE").length, 1);
    await hangUp(far, near);
    await node.settled(1);
  });

  describe("Max-Forwards: 0", () => {
    const none: Fields = [["Max-Forwards", "0"]];

    it("given an INVITE that would have to go on, when it comes, then 483 and nobody rings", async () => {
      const bob = await node.phone("1002");
      assert.equal((await invite(none)).status, 483);
      assert.equal((await phone.exchange(requestText(phone, "OPTIONS", uri))).status, 200);
      assert.deepEqual(requestsTo(bob, "INVITE"), []);
    });

    it("given an INVITE with one hop left, when it comes, then the callee gets it with none", async () => {
      const bob = await node.phone("1002");
      const call = await phone.call("1002", { sdp: testSdp(4_000), headers: [["Max-Forwards", "1"]] });
      const offered = await bob.offered();
      assert.equal(offered.offer?.get("max-forwards"), "0");
      offered.respond(offered.offer, 486);
      assert.equal((await call.invite?.final())?.status, 486);
      await node.settled(1);
    });

    it("given requests that are for the switch itself, when they come, then they are answered as ever", async () => {
      const own = `sip:127.0.0.1:${node.server.port}`;
      assert.equal((await phone.exchange(requestText(phone, "OPTIONS", own, none))).status, 200);
      assert.equal((await phone.register([...none, ["Expires", "600"]])).status, 200);
      const bob = await node.phone("1002");
      const { near, far } = await establish(phone, bob);
      const bye = near.bye(none);
      await far.takeBye();
      assert.equal((await bye).status, 200);
      await node.settled(1);
    });
  });

  describe("OPTIONS", () => {
    it("given a trunk that asks whether the switch is there, when it does, with a number or none, then 200 with what the switch can do, and nobody rings", async () => {
      const bob = await node.phone("1002");
      const trunk = await SipPhone.start({
        number: "trunk",
        user: "trunk",
        password: "",
        server: node.server,
        address: TRUNK,
      });
      try {
        for (const target of [`sip:127.0.0.1:${node.server.port}`, uri, `sip:7777@127.0.0.1:${node.server.port}`]) {
          const response = await trunk.exchange(requestText(trunk, "OPTIONS", target));
          assert.equal(response.status, 200, target);
          assert.match(response.get("allow") ?? "", /INVITE, ACK, BYE, CANCEL, OPTIONS/);
          assert.equal(response.get("accept"), "application/sdp");
          assert.match(response.get("supported") ?? "", /timer/);
        }
      } finally {
        await trunk.close();
      }
      assert.equal(bob.received.filter(({ kind }) => kind === "request").length, 0);
    });

    it("given a stranger, when it asks, then 200 without a challenge", async () => {
      assert.equal((await phone.exchange(requestText(phone, "OPTIONS", uri))).status, 200);
    });
  });

  describe("503 under overload", () => {
    /** Lets the edge's time pass in steps, with call control as late as told. */
    async function pass(seconds: number, delayMs: number): Promise<void> {
      for (let step = 0; step < seconds * 10; step += 1) {
        if (delayMs > 0) node.edge.reportDelay(delayMs);
        clock.advance(100);
        await setImmediate();
      }
    }

    it("given a switch that is late, when new calls come, then most get 503 with Retry-After; calls that are up are served, and later new ones, too", async () => {
      const bob = await node.phone("1002");
      const { near, far } = await establish(phone, bob);
      await roundTrip(near);
      await pass(2, 2_000);
      const before = statusesTo(phone, "INVITE").length;
      for (let count = 0; count < 10; count += 1) phone.transmit(requestText(phone, "INVITE", uri));
      const finals = (): SipMessage[] =>
        phone.received
          .filter(({ kind, method }) => kind === "response" && method === "INVITE")
          .slice(before)
          .filter(({ status: one }) => one >= 200);
      await eventually(() => assert.equal(finals().length, 10), { timeoutMs: 3_000, intervalMs: 10 });
      const refused = finals().filter(({ status: one }) => one === 503);
      assert.ok(refused.length >= 5, `${refused.length} of 10 were refused`);
      for (const one of refused) assert.ok(Number(one.get("retry-after")) > 0);
      await roundTrip(far);
      await hangUp(near, far);
      await pass(10, 0);
      const call = await establish(phone, bob);
      await hangUp(call.far, call.near);
      await node.settled(2);
    });
  });
});
