import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { EdgeFixture } from "../../../support/edge-fixture.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { bodyOf, headerOf, headersOf, SipPeer } from "../../../support/sip-peer.ts";
import type { WireClient, WireFrame } from "../../../support/wire-client.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";

interface Asked {
  readonly remain?: boolean;
  readonly full?: boolean;
  readonly follow?: boolean;
  readonly simultaneous?: boolean;
  readonly provisional?: string;
  readonly final?: string;
}

describe("SipEdge: proxy", () => {
  let clock: ManualClock;
  let fixture: EdgeFixture;
  let caller: SipPeer;
  let one: SipPeer;
  let two: SipPeer;
  let application: WireClient;

  beforeEach(async () => {
    clock = new ManualClock();
    fixture = await EdgeFixture.start(clock);
    caller = await SipPeer.start();
    one = await SipPeer.start();
    two = await SipPeer.start();
    application = await fixture.application("invite", "register", "message");
  });
  afterEach(async () => {
    for (const peer of [caller, one, two]) await peer.close();
    await fixture.stop();
  });

  function invite(extra: readonly string[] = [], uri = `sip:1002@127.0.0.1:${fixture.sipPort}`): readonly string[] {
    return [
      `INVITE ${uri} SIP/2.0`,
      `Via: ${caller.via()}`,
      `From: <${caller.uri}>;tag=from`,
      "To: <sip:1002@127.0.0.1>",
      "Call-ID: proxied",
      "CSeq: 1 INVITE",
      `Contact: <${caller.uri}>`,
      ...(extra.some((line) => line.startsWith("Max-Forwards")) ? [] : ["Max-Forwards: 70"]),
      "Content-Type: application/sdp",
      ...extra,
    ];
  }

  /** Sends the command; its replies are taken by `next`. */
  function proxy(txnId: string, asked: Asked, destinations: readonly string[], headers = ""): () => Promise<WireFrame> {
    const id = randomUUID();
    const tokens = [
      asked.remain === true ? "remainInDialog" : "",
      asked.full === false ? "" : "fullResponse",
      asked.follow === true ? "followRedirects" : "",
      asked.simultaneous === true ? "simultaneous" : "serial",
      asked.provisional ?? "",
      asked.final ?? "",
      ...destinations,
    ];
    const draft = `INVITE ${destinations[0]} SIP/2.0\r\n${headers}Content-Length: 0\r\n\r\n`;
    const payload = `${id}|proxy|${txnId}|${tokens.join("|")}\r\n${draft}`;
    application.sendRaw(`${payload.length}#${payload}`);
    return async () => {
      const frame = await application.take(({ tokens: got }) => got[1] === "response" && got[2] === id);
      return { tokens: frame.tokens.slice(3), text: frame.text };
    };
  }

  async function offered(lines = invite()): Promise<string> {
    caller.send(fixture.sipPort, lines, SDP);
    const { tokens } = await application.takeSip("INVITE");
    await caller.take("SIP/2.0 100");
    return tokens[8] ?? "";
  }

  function answer(peer: SipPeer, request: string, tag = "callee"): void {
    peer.respond(
      fixture.sipPort,
      request,
      "200 OK",
      tag,
      [`Contact: <${peer.uri}>`, "Content-Type: application/sdp"],
      SDP,
    );
  }

  /** A request of one end inside the dialog, by the route set that the 2xx gave it. */
  function inDialog(from: SipPeer, to: SipPeer, ok: string, method: string, cseq: number, isCaller: boolean): string {
    const routes = headersOf(ok, "Record-Route");
    return from.send(fixture.sipPort, [
      `${method} ${to.uri} SIP/2.0`,
      `Via: ${from.via()}`,
      `From: ${headerOf(ok, isCaller ? "From" : "To")}`,
      `To: ${headerOf(ok, isCaller ? "To" : "From")}`,
      "Call-ID: proxied",
      `CSeq: ${cseq} ${method}`,
      `Contact: <${from.uri}>`,
      ...(isCaller ? [...routes].reverse() : routes).map((route) => `Route: ${route}`),
      "Max-Forwards: 70",
    ]);
  }

  it("given an answer that writes its version sip/2.0, when it is passed on, then that is in upper case (RFC 3261 7.1)", async () => {
    proxy(await offered(), {}, [one.uri]);
    const kept = (await one.take("INVITE")).split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    one.send(fixture.sipPort, ["sip/2.0 486 Busy Here", ...kept]);
    await caller.take("SIP/2.0 486");
  });

  it("given one destination, when it answers, then the replies and the responses are those of the transcript", async () => {
    const next = proxy(await offered(), { remain: true }, [one.uri]);
    const request = await one.take("INVITE");
    one.respond(fixture.sipPort, request, "180 Ringing", "callee");
    const ringing = await caller.take("SIP/2.0 180");
    assert.deepEqual(headersOf(ringing, "Via").length, 1);
    answer(one, request);
    const ok = await caller.take("SIP/2.0 200");
    assert.equal(bodyOf(ok), SDP);
    const { tokens, text } = await next();
    assert.deepEqual(tokens.slice(0, 2), ["OK", "network"]);
    assert.deepEqual(tokens.slice(3, 6), ["udp", one.address, String(one.port)]);
    assert.deepEqual(tokens.slice(7), ["", "", "continue"]);
    assert.equal(tokens[2], String(text.length));
    assert.match(text, /^SIP\/2\.0 200 OK\r\n/);
    assert.equal(headersOf(text, "Via").length, 2);
    assert.deepEqual((await next()).tokens, ["OK", "done"]);
  });

  it("given a request to us, when forwarded, then URI, Via, Max-Forwards and Record-Route are as a proxy writes them", async () => {
    proxy(await offered(invite(["X-Kept: as it is", "Subject: old"])), { remain: true }, [one.uri], "Subject: new\r\n");
    const request = await one.take("INVITE");
    const local = `127.0.0.1:${fixture.sipPort}`;
    assert.equal(request.split("\r\n")[0], `INVITE ${one.uri} SIP/2.0`);
    assert.match(headersOf(request, "Via")[0] ?? "", new RegExp(`^SIP/2.0/UDP ${local};rport;branch=z9hG4bK`));
    assert.equal(headersOf(request, "Via").length, 2);
    assert.equal(headerOf(request, "Max-Forwards"), "69");
    assert.match(headerOf(request, "Record-Route"), new RegExp(`^<sip:${local};lr;proxied=[0-9a-f]{16}>$`));
    assert.deepEqual(headersOf(request, "Record-Route").length, 1);
    assert.equal(headerOf(request, "X-Kept"), "as it is");
    assert.deepEqual(headersOf(request, "Subject"), ["new"]);
    assert.equal(headerOf(request, "To"), "<sip:1002@127.0.0.1>");
    assert.equal(bodyOf(request), SDP);
  });

  it("given a Request-URI that is not ours, when forwarded, then it stays and the destination is the next hop", async () => {
    proxy(await offered(invite([], "sip:1002@elsewhere.example")), {}, [one.uri]);
    const request = await one.take("INVITE");
    assert.equal(request.split("\r\n")[0], "INVITE sip:1002@elsewhere.example SIP/2.0");
    assert.equal(headerOf(request, "Record-Route"), "");
  });

  it("given we stay in the dialog, when ACK, INFO and BYE come, then they go on without the application", async () => {
    proxy(await offered(), { remain: true }, [one.uri]);
    answer(one, await one.take("INVITE"));
    const ok = await caller.take("SIP/2.0 200");
    inDialog(caller, one, ok, "ACK", 1, true);
    const ack = await one.take("ACK");
    assert.equal(headerOf(ack, "Route"), "");
    assert.equal(headersOf(ack, "Via").length, 2);
    inDialog(one, caller, ok, "INFO", 7, false);
    const info = await caller.take("INFO");
    assert.equal(headerOf(info, "Max-Forwards"), "69");
    caller.respond(fixture.sipPort, info, "200 OK", "");
    assert.equal(headerOf(await one.take("SIP/2.0 200"), "CSeq"), "7 INFO");
    inDialog(caller, one, ok, "BYE", 2, true);
    const bye = await one.take("BYE");
    one.respond(fixture.sipPort, bye, "200 OK", "");
    assert.equal(headerOf(await caller.take("SIP/2.0 200"), "CSeq"), "2 BYE");
    assert.deepEqual(
      application.frames.filter(({ tokens }) => tokens[1] === "sip"),
      [],
    );
  });

  it("given the edge was restarted, when BYE comes by our route, then it still goes on", async () => {
    proxy(await offered(), { remain: true }, [one.uri]);
    answer(one, await one.take("INVITE"));
    const ok = await caller.take("SIP/2.0 200");
    await fixture.restart();
    inDialog(caller, one, ok, "BYE", 2, true);
    await one.take("BYE");
  });

  it("given a route of ours with another call's code, when BYE comes, then it is not forwarded", async () => {
    const ok = [
      "SIP/2.0 200 OK",
      `From: <${caller.uri}>;tag=from`,
      "To: <sip:1002@127.0.0.1>;tag=callee",
      `Record-Route: <sip:127.0.0.1:${fixture.sipPort};lr;proxied=0123456789abcdef>`,
      "",
      "",
    ].join("\r\n");
    inDialog(caller, one, ok, "BYE", 2, true);
    const told = await application.takeSip("BYE");
    await application.ask(`sip|${told.tokens[8]}|\r\nSIP/2.0 481 Call/Transaction Does Not Exist\r\n\r\n`);
    await caller.take("SIP/2.0 481");
    assert.deepEqual(one.received, []);
  });

  it("given we do not stay in the dialog, when the ACK comes to us all the same, then it goes to the target", async () => {
    proxy(await offered(), {}, [one.uri]);
    answer(one, await one.take("INVITE"));
    inDialog(caller, one, await caller.take("SIP/2.0 200"), "ACK", 1, true);
    await one.take("ACK");
  });

  it("given the caller uses TCP, when forwarded by UDP, then two routes are recorded", async () => {
    const socket = connect(fixture.tcpPort, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const via = caller.via().replace("UDP", "TCP");
    const lines = invite().map((line) => (line.startsWith("Via") ? `Via: ${via}` : line));
    socket.write([...lines, `Content-Length: ${SDP.length}`, "", SDP].join("\r\n"));
    const { tokens } = await application.takeSip("INVITE");
    proxy(tokens[8] ?? "", { remain: true }, [one.uri]);
    const [outer, inner] = headersOf(await one.take("INVITE"), "Record-Route");
    assert.match(outer ?? "", new RegExp(`^<sip:127.0.0.1:${fixture.sipPort};lr;`));
    assert.match(inner ?? "", new RegExp(`^<sip:[\\w.-]+@127.0.0.1:${fixture.tcpPort};transport=tcp;lr;`));
    socket.destroy();
  });

  it("given serial search, when the first is busy, then the second is tried and each final response is told", async () => {
    const next = proxy(await offered(), {}, [one.uri, two.uri]);
    const first = await one.take("INVITE");
    assert.deepEqual(two.received, []);
    one.respond(fixture.sipPort, first, "486 Busy Here", "one");
    await one.take("ACK");
    answer(two, await two.take("INVITE"));
    for (const [peer, status] of [
      [one, 486],
      [two, 200],
    ] as const) {
      const { tokens, text } = await next();
      assert.deepEqual(tokens.slice(3, 6), ["udp", peer.address, String(peer.port)]);
      assert.ok(text.startsWith(`SIP/2.0 ${status}`), text);
    }
    assert.deepEqual((await next()).tokens, ["OK", "done"]);
    await caller.take("SIP/2.0 200");
    assert.equal(
      caller.received.some((text) => text.startsWith("SIP/2.0 486")),
      false,
    );
  });

  it("given simultaneous search, when one answers, then the other is cancelled", async () => {
    const next = proxy(await offered(), { simultaneous: true }, [one.uri, two.uri]);
    const first = await one.take("INVITE");
    const second = await two.take("INVITE");
    one.respond(fixture.sipPort, first, "180 Ringing", "one");
    await caller.take("SIP/2.0 180");
    answer(two, second, "two");
    const cancel = await one.take("CANCEL");
    assert.equal(headerOf(cancel, "Via"), headersOf(first, "Via")[0]);
    one.respond(fixture.sipPort, cancel, "200 OK", "one");
    one.respond(fixture.sipPort, first, "487 Request Terminated", "one");
    await one.take("ACK");
    assert.match(headerOf(await caller.take("SIP/2.0 200"), "To"), /tag=two/);
    assert.match((await next()).text, /^SIP\/2\.0 200/);
    assert.deepEqual((await next()).tokens, ["OK", "done"]);
  });

  it("given simultaneous search, when both answer, then the caller gets both", async () => {
    proxy(await offered(), { simultaneous: true }, [one.uri, two.uri]);
    answer(one, await one.take("INVITE"), "one");
    answer(two, await two.take("INVITE"), "two");
    const tags = [await caller.take("SIP/2.0 200"), await caller.take("SIP/2.0 200")].map((ok) => headerOf(ok, "To"));
    assert.deepEqual(tags.map((to) => to.split("tag=")[1]).sort(), ["one", "two"]);
  });

  it("given failures, when all have come, then the best goes to the caller with all challenges", async () => {
    proxy(await offered(), { simultaneous: true }, [one.uri, two.uri]);
    const first = await one.take("INVITE");
    one.respond(fixture.sipPort, first, "407 Proxy Authentication Required", "one", [
      'Proxy-Authenticate: Digest realm="1"',
    ]);
    await one.take("ACK");
    const second = await two.take("INVITE");
    two.respond(fixture.sipPort, second, "401 Unauthorized", "two", ['WWW-Authenticate: Digest realm="2"']);
    const refused = await caller.take("SIP/2.0 4");
    assert.deepEqual(headersOf(refused, "Proxy-Authenticate"), ['Digest realm="1"']);
    assert.deepEqual(headersOf(refused, "WWW-Authenticate"), ['Digest realm="2"']);
  });

  it("given somebody refuses for all, when 603 comes, then the others are cancelled and no target is tried", async () => {
    proxy(await offered(), { simultaneous: true }, [one.uri, two.uri]);
    const first = await one.take("INVITE");
    const second = await two.take("INVITE");
    one.respond(fixture.sipPort, first, "180 Ringing", "one");
    await caller.take("SIP/2.0 180");
    two.respond(fixture.sipPort, second, "603 Decline", "two");
    const cancel = await one.take("CANCEL");
    one.respond(fixture.sipPort, cancel, "200 OK", "one");
    one.respond(fixture.sipPort, first, "487 Request Terminated", "one");
    await caller.take("SIP/2.0 603");
  });

  it("given redirections are followed, when 302 comes, then its contacts are tried, best first", async () => {
    const next = proxy(await offered(), { follow: true }, [one.uri]);
    const contacts = [`Contact: <sip:worse@127.0.0.1:${one.port}>;q=0.1, <${two.uri}>;q=0.9`];
    one.respond(fixture.sipPort, await one.take("INVITE"), "302 Moved Temporarily", "one", contacts);
    const request = await two.take("INVITE");
    assert.equal(request.split("\r\n")[0], `INVITE ${two.uri} SIP/2.0`);
    answer(two, request);
    await caller.take("SIP/2.0 200");
    assert.match((await next()).text, /^SIP\/2\.0 302/);
    assert.match((await next()).text, /^SIP\/2\.0 200/);
  });

  it("given redirections are not followed, when 302 comes, then it goes to the caller", async () => {
    proxy(await offered(), {}, [one.uri]);
    one.respond(fixture.sipPort, await one.take("INVITE"), "302 Moved Temporarily", "one", [`Contact: <${two.uri}>`]);
    assert.equal(headerOf(await caller.take("SIP/2.0 302"), "Contact"), `<${two.uri}>`);
  });

  it("given a provisional time-out, when nothing comes in time, then the next is tried", async () => {
    const next = proxy(await offered(), { provisional: "500ms" }, [one.uri, two.uri]);
    await one.take("INVITE");
    clock.advance(500);
    assert.match((await next()).text, /^SIP\/2\.0 408/);
    answer(two, await two.take("INVITE"));
    await caller.take("SIP/2.0 200");
  });

  it("given a provisional time-out, when 100 came, then the target has as long as it likes", async () => {
    proxy(await offered(), { provisional: "500ms" }, [one.uri, two.uri]);
    const first = await one.take("INVITE");
    one.respond(fixture.sipPort, first, "180 Ringing", "one");
    await caller.take("SIP/2.0 180");
    clock.advance(60_000);
    answer(one, first);
    await caller.take("SIP/2.0 200");
    assert.deepEqual(two.received, []);
  });

  it("given a final time-out, when it rings too long, then it is cancelled and the next is tried", async () => {
    const next = proxy(await offered(), { final: "2s" }, [one.uri, two.uri]);
    const first = await one.take("INVITE");
    one.respond(fixture.sipPort, first, "180 Ringing", "one");
    await caller.take("SIP/2.0 180");
    clock.advance(2_000);
    await one.take("CANCEL");
    const second = await two.take("INVITE");
    two.respond(fixture.sipPort, second, "486 Busy Here", "two");
    await caller.take("SIP/2.0 486");
    assert.match((await next()).text, /^SIP\/2\.0 408/);
    assert.match((await next()).text, /^SIP\/2\.0 486/);
    assert.deepEqual((await next()).tokens, ["OK", "done"]);
  });

  it("given a target that was given up, when it answers all the same, then its 200 goes to the caller", async () => {
    proxy(await offered(), { final: "2s" }, [one.uri, two.uri]);
    const first = await one.take("INVITE");
    one.respond(fixture.sipPort, first, "180 Ringing", "one");
    await caller.take("SIP/2.0 180");
    clock.advance(2_000);
    const second = await two.take("INVITE");
    two.respond(fixture.sipPort, second, "180 Ringing", "two");
    await caller.take("SIP/2.0 180");
    answer(one, first, "one");
    assert.match(headerOf(await caller.take("SIP/2.0 200"), "To"), /tag=one/);
    await two.take("CANCEL");
  });

  it("given the caller cancels, when it rings, then the branch is cancelled and 487 comes back", async () => {
    const lines = invite();
    const next = proxy(await offered(lines), {}, [one.uri, two.uri]);
    const request = await one.take("INVITE");
    one.respond(fixture.sipPort, request, "180 Ringing", "one");
    await caller.take("SIP/2.0 180");
    const cancel = lines.filter((line) => !/^Contact|^Content-Type/.test(line));
    caller.send(
      fixture.sipPort,
      [...cancel, "Reason: SIP;cause=200"].map((line) => line.replace(/^INVITE|INVITE$/, "CANCEL")),
    );
    await caller.take("SIP/2.0 200");
    const cancelled = await one.take("CANCEL");
    assert.equal(headerOf(cancelled, "Reason"), "SIP;cause=200");
    one.respond(fixture.sipPort, cancelled, "200 OK", "one");
    one.respond(fixture.sipPort, request, "487 Request Terminated", "one");
    await caller.take("SIP/2.0 487");
    assert.match((await next()).text, /^SIP\/2\.0 487/);
    assert.deepEqual((await next()).tokens, ["OK", "done"]);
    assert.deepEqual(two.received, []);
  });

  it("given no hops left, when proxied, then 483", async () => {
    const next = proxy(await offered(invite(["Max-Forwards: 0"])), {}, [one.uri]);
    await caller.take("SIP/2.0 483");
    assert.match((await next()).text, /^SIP\/2\.0 483/);
    assert.deepEqual((await next()).tokens, ["OK", "done"]);
  });

  it("given a target that is us, when proxied, then 482", async () => {
    proxy(await offered(), {}, [`sip:1003@127.0.0.1:${fixture.sipPort}`]);
    await caller.take("SIP/2.0 482");
  });

  it("given only a 503, when it comes, then the caller gets 500", async () => {
    const next = proxy(await offered(), {}, [one.uri]);
    one.respond(fixture.sipPort, await one.take("INVITE"), "503 Service Unavailable", "one", ["Retry-After: 60"]);
    assert.equal(headerOf(await caller.take("SIP/2.0 500"), "Retry-After"), "");
    assert.match((await next()).text, /^SIP\/2\.0 503/);
  });

  it("given responses are not wanted, when proxied, then only the end is told", async () => {
    const next = proxy(await offered(), { full: false }, [one.uri]);
    answer(one, await one.take("INVITE"));
    assert.deepEqual((await next()).tokens, ["OK", "done"]);
  });

  it("given a REGISTER, when proxied in the path, then Path names us and nothing records a route", async () => {
    caller.send(fixture.sipPort, [
      `REGISTER sip:127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${caller.via()}`,
      `From: <${caller.uri}>;tag=r`,
      `To: <${caller.uri}>`,
      "Call-ID: register",
      "CSeq: 1 REGISTER",
      `Contact: <${caller.uri}>`,
      "Max-Forwards: 70",
    ]);
    const { tokens } = await application.takeSip("REGISTER");
    proxy(tokens[8] ?? "", { remain: true }, [one.uri]);
    const request = await one.take("REGISTER");
    assert.match(headerOf(request, "Path"), new RegExp(`^<sip:[\\w.-]+@127.0.0.1:${fixture.sipPort};lr>$`));
    assert.equal(headerOf(request, "Record-Route"), "");
    one.respond(fixture.sipPort, request, "200 OK", "registrar");
    await caller.take("SIP/2.0 200");
  });

  it("given a transaction that is not there or answered, when proxied, then the command is refused", async () => {
    assert.deepEqual((await proxy("nosuch", {}, [one.uri])()).tokens, ["NOK", "Unknown transaction id"]);
    const txnId = await offered();
    await application.ask(`sip|${txnId}|\r\nSIP/2.0 180 Ringing\r\n\r\n`);
    assert.deepEqual((await proxy(txnId, {}, [one.uri])()).tokens, ["NOK", "Unknown transaction id"]);
  });

  it("given bad destinations and time-outs, when proxied, then each is refused and the request stays", async () => {
    const txnId = await offered();
    assert.deepEqual((await proxy(txnId, {}, ["nonsense"])()).tokens, ["NOK", "invalid request-uri: nonsense"]);
    assert.deepEqual((await proxy(txnId, {}, ["sips:a@b"])()).tokens, [
      "NOK",
      "requested protocol/transport not available",
    ]);
    assert.deepEqual((await proxy(txnId, { final: "soon" }, [one.uri])()).tokens, ["NOK", "invalid timeout: soon"]);
    proxy(txnId, {}, [one.uri]);
    await one.take("INVITE");
  });

  it("given the edge is killed while it searches, when it is back, then the caller gets 503 and the callee CANCEL", async () => {
    proxy(await offered(), {}, [one.uri]);
    const request = await one.take("INVITE");
    one.respond(fixture.sipPort, request, "180 Ringing", "one");
    await caller.take("SIP/2.0 180");
    await fixture.restartAsKilled(() => one.received.splice(0));
    await caller.take("SIP/2.0 503");
    const again = await one.take("INVITE");
    one.respond(fixture.sipPort, again, "180 Ringing", "one");
    await one.take("CANCEL");
  });

  for (const tag of ["callee", "other-fork"]) {
    it(`given a call that is acknowledged, when a 2xx with the tag ${tag} comes, then it goes to the caller, and its ACK on`, async () => {
      proxy(await offered(), { remain: true }, [one.uri]);
      const request = await one.take("INVITE");
      answer(one, request);
      inDialog(caller, one, await caller.take("SIP/2.0 200"), "ACK", 1, true);
      await one.take("ACK");
      clock.advance(500);
      answer(one, request, tag);
      const again = await caller.take("SIP/2.0 200");
      assert.match(headerOf(again, "To"), new RegExp(`;tag=${tag}$`));
      inDialog(caller, one, again, "ACK", 1, true);
      assert.match(headerOf(await one.take("ACK"), "To"), new RegExp(`;tag=${tag}$`));
    });
  }

  /** A final response with the topmost Via of a request alone. */
  function answerUs(peer: SipPeer, request: string, lines: readonly string[] = []): void {
    const kept = request.split("\r\n").filter((line) => /^(From|Call-ID|CSeq|Record-Route):/.test(line));
    const via = `Via: ${headersOf(request, "Via")[0]}`;
    peer.send(fixture.sipPort, ["SIP/2.0 200 OK", via, ...kept, `To: ${headerOf(request, "To")};tag=callee`, ...lines]);
  }

  for (const remain of [false, true]) {
    for (const [given, lines] of [
      ["a Contact", (): string[] => [`Contact: <${one.uri}>`]],
      ["no Contact", (): string[] => []],
    ] as const) {
      it(`given ${remain ? "our route and " : ""}${given}, when a 2xx has our Via alone, then its call ends and the next target is tried`, async () => {
        const next = proxy(await offered(), { remain }, [one.uri, two.uri]);
        answerUs(one, await one.take("INVITE"), lines());
        assert.match(await one.take("ACK"), /\r\nCSeq: 1 ACK\r\n/);
        const bye = await one.take("BYE");
        assert.equal(bye.split("\r\n")[0], `BYE ${one.uri} SIP/2.0`);
        assert.match(bye, /;tag=from\r\nTo: .*;tag=callee\r\nCall-ID: proxied\r\nCSeq: 2 BYE\r\n/);
        one.respond(fixture.sipPort, bye, "200 OK", "");
        assert.match((await next()).text, /^SIP\/2\.0 502 /);
        answer(two, await two.take("INVITE"));
        assert.match(headerOf(await caller.take("SIP/2.0 200"), "Contact"), new RegExp(String(two.port)));
        for (let seconds = 0; seconds < 128; seconds += 32) clock.advance(32_000);
        assert.equal(fixture.gauge("tandem_sip_proxied_requests"), 0);
      });
    }
  }

  it("given a MESSAGE, when its 2xx has our Via alone, then 502 and nothing is kept", async () => {
    caller.send(
      fixture.sipPort,
      invite().map((line) => line.replace("INVITE", "MESSAGE")),
      "Hello",
    );
    const { tokens } = await application.takeSip("MESSAGE");
    proxy(tokens[8] ?? "", {}, [one.uri]);
    answerUs(one, await one.take("MESSAGE"));
    await caller.take("SIP/2.0 502");
    assert.equal(fixture.gauge("tandem_sip_proxied_requests"), 0);
  });

  it("given a call is over, when 32 s have passed, then nothing is kept", async () => {
    proxy(await offered(), {}, [one.uri]);
    one.respond(fixture.sipPort, await one.take("INVITE"), "404 Not Found", "one");
    await caller.take("SIP/2.0 404");
    clock.advance(32_000);
    assert.equal(fixture.gauge("tandem_sip_proxied_requests"), 0);
    assert.equal(fixture.gauge("tandem_sip_pending_requests"), 0);
  });
});
