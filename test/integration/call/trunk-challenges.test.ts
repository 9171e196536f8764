import assert from "node:assert/strict";
import type { PeerSource } from "../../../src/call/index.ts";
import { tagOf } from "../../../src/sip/message/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { checkedCredentials } from "../../support/digest-check.ts";
import type { PhoneCall } from "../../support/sip-phone.ts";
import { bodyOf, headerOf, headersOf, SipPeer } from "../../support/sip-peer.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const ACCOUNT = { user: "carrier", password: "s3cret" };
const MD5 = 'Digest realm="carrier", nonce="n-1", algorithm=MD5, qop="auth,auth-int", opaque="o"';
const SHA256 = 'Digest realm="carrier", nonce="n-1", algorithm=SHA-256, qop="auth"';

describe("a trunk that demands digest", () => {
  let cleanup: Cleanup;
  let node: SwitchFixture;
  let trunk: SipPeer;
  beforeEach(async () => {
    cleanup = new Cleanup();
    trunk = cleanup.add(await SipPeer.start("127.0.0.9"), (one) => one.close());
    node = await start({ sealedPassword: ACCOUNT.password });
  });
  afterEach(async () => {
    await cleanup.run();
  });

  async function start(more: Partial<PeerSource>): Promise<SwitchFixture> {
    const peer: PeerSource = {
      name: "carrier",
      addresses: ["127.0.0.9"],
      uri: `sip:127.0.0.9:${trunk.port}`,
      prefixes: ["0"],
      profile: { ...TEST_PROFILE, kind: "trunk" },
      maxCalls: 10,
      transit: false,
      ...more,
    };
    const secrets = { unseal: (sealed: string) => sealed };
    return cleanup.add(await SwitchFixture.start({ peers: [peer], secrets }), (one) => one.stop());
  }

  function answer(request: string, status: string, lines: readonly string[] = [], body = ""): void {
    trunk.respond(node.server.port, request, status, "t1", lines, body);
  }

  function challenge(request: string, ...values: readonly string[]): void {
    answer(
      request,
      "407 Proxy Authentication Required",
      values.map((value) => `Proxy-Authenticate: ${value}`),
    );
  }

  function accept(request: string): void {
    const contact = `Contact: <sip:gw@127.0.0.9:${trunk.port}>`;
    answer(request, "200 OK", [contact, "Content-Type: application/sdp"], testSdp(7_000));
  }

  /** Challenges the next request with this method, and returns it as it comes again. */
  async function challenged(method: string, value = MD5): Promise<string> {
    const first = await trunk.take(method);
    assert.equal(headerOf(first, "Proxy-Authorization"), "");
    challenge(first, value);
    // RFC 3261 17.1.1.3: the ACK to the 407 belongs to its transaction.
    if (method === "INVITE") assert.equal(headerOf(await trunk.take("ACK"), "Via"), headerOf(first, "Via"));
    const second = await trunk.take(method);
    assert.equal(headerOf(second, "Call-ID"), headerOf(first, "Call-ID"));
    assert.equal(headerOf(second, "From"), headerOf(first, "From"));
    const [sequence, again] = [first, second].map((text) => Number(headerOf(text, "CSeq").split(" ")[0]));
    assert.equal(again, (sequence ?? 0) + 1);
    checkedCredentials(headerOf(second, "Proxy-Authorization"), method, ACCOUNT);
    return second;
  }

  /** A call from 1001 that the trunk has challenged and answered. */
  async function established(): Promise<{ call: PhoneCall; invite: string; ack: string }> {
    const alice = await node.phone("1001");
    const call = await alice.call("0900", { sdp: testSdp(4_000) });
    const invite = await challenged("INVITE");
    accept(invite);
    await call.established();
    return { call, invite, ack: await trunk.take("ACK") };
  }

  it("given a 407 to an INVITE, when a phone calls, then the call goes on with credentials, which its ACK has, too", async () => {
    const { call, invite, ack } = await established();
    const credentials = checkedCredentials(headerOf(invite, "Proxy-Authorization"), "INVITE", ACCOUNT);
    assert.equal(credentials.get("uri"), `sip:0900@127.0.0.9:${trunk.port}`);
    assert.equal(credentials.get("nc"), "00000001");
    assert.equal(credentials.get("qop"), "auth");
    assert.equal(credentials.get("opaque"), "o");
    assert.equal(headerOf(ack, "Proxy-Authorization"), headerOf(invite, "Proxy-Authorization"));
    assert.equal(headerOf(ack, "CSeq").split(" ")[0], headerOf(invite, "CSeq").split(" ")[0]);
    call.send("BYE");
    answer(await trunk.take("BYE"), "200 OK");
    const [record] = await node.settled(1);
    assert.equal(record?.cause.sipStatus, 200);
  });

  it("given a call that is up, when its re-INVITE, INFO and BYE are challenged, then each goes on with credentials", async () => {
    const { call } = await established();
    const hold = call.send("INVITE", { sdp: testSdp(4_000, ["a=sendonly"], 2) });
    const held = await challenged("INVITE");
    accept(held);
    call.ack(hold, await hold.final());
    await trunk.take("ACK");
    const info = call.send("INFO", { body: "Signal=1", contentType: "application/dtmf-relay" });
    answer(await challenged("INFO"), "200 OK");
    assert.equal((await info.final()).status, 200);
    const bye = call.send("BYE");
    assert.equal((await bye.final()).status, 200);
    const again = await challenged("BYE");
    assert.equal(tagOf(headerOf(again, "To")), "t1");
    answer(again, "200 OK");
    await node.settled(1);
  });

  it("given a 407 to a MESSAGE, when a phone sends one, then it goes on with credentials", async () => {
    const alice = await node.phone("1001");
    const message = await alice.sendMessage("0900", "hello");
    const again = await challenged("MESSAGE");
    assert.equal(bodyOf(again), "hello");
    answer(again, "202 Accepted");
    assert.equal((await message.final()).status, 202);
  });

  it("given a 401 for MD5 and SHA-256, when a phone calls, then the stronger one is answered, as Authorization", async () => {
    const alice = await node.phone("1001");
    await alice.call("0900", { sdp: testSdp(4_000) });
    answer(await trunk.take("INVITE"), "401 Unauthorized", [`WWW-Authenticate: ${MD5}`, `WWW-Authenticate: ${SHA256}`]);
    const invite = await trunk.take("INVITE");
    const values = headersOf(invite, "Authorization");
    assert.equal(values.length, 1);
    assert.equal(checkedCredentials(values[0] ?? "", "INVITE", ACCOUNT).get("algorithm"), "SHA-256");
  });

  it("given a proxy and a user agent behind it, when each challenges, then both get their credentials", async () => {
    const alice = await node.phone("1001");
    await alice.call("0900", { sdp: testSdp(4_000) });
    const second = await challenged("INVITE");
    answer(second, "401 Unauthorized", ['WWW-Authenticate: Digest realm="behind", nonce="n-2"']);
    const third = await trunk.take("INVITE");
    assert.equal(checkedCredentials(headerOf(third, "Proxy-Authorization"), "INVITE", ACCOUNT).get("nc"), "00000002");
    assert.equal(checkedCredentials(headerOf(third, "Authorization"), "INVITE", ACCOUNT).get("realm"), "behind");
  });

  it("given a nonce that has become stale, when it is challenged again, then it gets another answer; the third time the caller is told", async () => {
    const alice = await node.phone("1001");
    const call = await alice.call("0900", { sdp: testSdp(4_000) });
    const second = await challenged("INVITE");
    challenge(second, MD5.replace("n-1", "n-2") + ", stale=true");
    const third = await trunk.take("INVITE");
    assert.equal(checkedCredentials(headerOf(third, "Proxy-Authorization"), "INVITE", ACCOUNT).get("nonce"), "n-2");
    challenge(third, MD5.replace("n-1", "n-3") + ", stale=true");
    assert.equal((await call.invite?.final())?.status, 403);
    assert.equal(trunk.received.filter((text) => text.startsWith("INVITE")).length, 0);
    await node.settled(1);
  });

  it("given credentials that are refused, when a phone calls, then they are sent once, and the caller gets 403", async () => {
    const alice = await node.phone("1001");
    const call = await alice.call("0900", { sdp: testSdp(4_000) });
    challenge(await challenged("INVITE"), MD5.replace("n-1", "n-2"));
    assert.equal((await call.invite?.final())?.status, 403);
    await node.settled(1);
  });

  it("given a challenge for auth-int only, or of another scheme, when a phone calls, then it is not answered", async () => {
    const alice = await node.phone("1001");
    for (const value of [MD5.replace("auth,auth-int", "auth-int"), 'Basic realm="carrier"', "Digest nonsense"]) {
      const call = await alice.call("0900", { sdp: testSdp(4_000) });
      challenge(await trunk.take("INVITE"), value);
      assert.equal((await call.invite?.final())?.status, 403, value);
    }
  });

  it("given a caller that hangs up before the challenge, when that comes, then it is not answered", async () => {
    const alice = await node.phone("1001");
    const call = await alice.call("0900", { sdp: testSdp(4_000) });
    const invite = await trunk.take("INVITE");
    answer(invite, "180 Ringing");
    await call.invite?.response(180);
    call.invite?.cancel();
    answer(await trunk.take("CANCEL"), "200 OK");
    challenge(invite, MD5);
    assert.equal((await call.invite?.final())?.status, 487);
    await node.settled(1);
    assert.equal(trunk.received.filter((text) => text.startsWith("INVITE")).length, 0);
  });

  it("given a caller that hangs up after the challenge, when the trunk rings, then the second INVITE is cancelled", async () => {
    const alice = await node.phone("1001");
    const call = await alice.call("0900", { sdp: testSdp(4_000) });
    const invite = await challenged("INVITE");
    answer(invite, "180 Ringing");
    await call.invite?.response(180);
    call.invite?.cancel();
    const cancel = await trunk.take("CANCEL");
    assert.equal(headerOf(cancel, "Via"), headerOf(invite, "Via"));
    answer(cancel, "200 OK");
    answer(invite, "487 Request Terminated");
    assert.equal((await call.invite?.final())?.status, 487);
    await node.settled(1);
  });

  it("given a domain and a digest user of its own, when a phone calls, then From is of the domain, also in the dialog", async () => {
    node = await start({
      sealedPassword: ACCOUNT.password,
      name: "other",
      authUser: ACCOUNT.user,
      fromDomain: "tel.example",
    });
    const { call, invite } = await established();
    assert.match(headerOf(invite, "From"), /<sip:1001@tel\.example>;tag=/);
    assert.equal(headerOf(invite, "Contact"), `<sip:127.0.0.1:${node.server.port}>`);
    call.send("BYE");
    const bye = await trunk.take("BYE");
    assert.equal(headerOf(bye, "From"), headerOf(invite, "From"));
    answer(bye, "200 OK");
    await node.settled(1);
  });

  it("given a trusted trunk with a domain, when callers are anonymous, then only what is asserted is of the domain", async () => {
    const callerId = { withhold: true } as const;
    node = await start({ sealedPassword: undefined, trusted: true, fromDomain: "[2001:db8::7]", callerId });
    const alice = await node.phone("1001");
    await alice.call("0900", { sdp: testSdp(4_000) });
    const invite = await trunk.take("INVITE");
    assert.match(headerOf(invite, "From"), /<sip:anonymous@anonymous\.invalid>/);
    assert.match(headerOf(invite, "P-Asserted-Identity"), /<sip:1001@\[2001:db8::7\]>$/);
    answer(invite, "486 Busy Here");
    await node.settled(1);
  });

  it("given a session timer, when a phone calls, then the trunk is asked to refresh: what the edge sends has no credentials", async () => {
    const session = { expiresSeconds: 1_800, minSeconds: 90 };
    node = await start({ sealedPassword: ACCOUNT.password, profile: { ...TEST_PROFILE, kind: "trunk", session } });
    const alice = await node.phone("1001");
    await alice.call("0900", { sdp: testSdp(4_000) });
    const invite = await trunk.take("INVITE");
    assert.equal(headerOf(invite, "Session-Expires"), "1800;refresher=uas");
    answer(invite, "486 Busy Here");
    await node.settled(1);
  });
});
