import assert from "node:assert/strict";
import Srf from "drachtio-srf";
import { EdgeFixture, SECRET } from "../../../support/edge-fixture.ts";
import { bodyOf, headerOf, SipPeer } from "../../../support/sip-peer.ts";

const SDP_A = "v=0\r\no=a 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";
const SDP_B = SDP_A.replace("o=a", "o=b").replace("6000", "7000");

/** What drachtio-srf gives; its type declarations say `string`. */
interface ProxyResults {
  readonly connected: boolean;
  readonly finalStatus: number;
  readonly responses: readonly { readonly port: number; readonly msgs: readonly { readonly status: number }[] }[];
}

describe("SipEdge with unmodified drachtio-srf", () => {
  let fixture: EdgeFixture;
  let caller: SipPeer;
  let callee: SipPeer;
  let next: SipPeer;
  let srf: Srf;

  beforeEach(async () => {
    fixture = await EdgeFixture.start();
    caller = await SipPeer.start();
    callee = await SipPeer.start();
    next = await SipPeer.start();
    srf = new Srf();
  });
  afterEach(async () => {
    srf.disconnect();
    await caller.close();
    await callee.close();
    await next.close();
    await fixture.stop();
  });

  async function connect(): Promise<void> {
    const connected = new Promise<void>((resolve, reject) => {
      srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
    });
    void srf.connect({ host: "127.0.0.1", port: fixture.edge.wirePort, secret: SECRET });
    await connected;
  }

  function invite(): readonly string[] {
    return [
      `INVITE sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${caller.via()}`,
      `From: <${caller.uri}>;tag=a`,
      "To: <sip:1002@127.0.0.1>",
      "Call-ID: srf-call",
      "CSeq: 1 INVITE",
      `Contact: <${caller.uri}>`,
      "Content-Type: application/sdp",
    ];
  }

  function fromCaller(ok: string, method: string, cseq: number): void {
    caller.send(fixture.sipPort, [
      `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${caller.via()}`,
      `From: ${headerOf(ok, "From")}`,
      `To: ${headerOf(ok, "To")}`,
      `Call-ID: ${headerOf(ok, "Call-ID")}`,
      `CSeq: ${cseq} ${method}`,
    ]);
  }

  it("given createB2BUA, when a call is made, answered and ended, then both ends see it and nothing is left", async () => {
    const legs = new Promise<{ uas: Srf.Dialog; uac: Srf.Dialog }>((resolve, reject) => {
      srf.invite((req, res) => {
        void srf
          .createB2BUA(req, res, callee.uri, { localSdpB: req.body, localSdpA: (sdp: string) => sdp })
          .then(resolve, reject);
      });
    });
    await connect();
    caller.send(fixture.sipPort, invite(), SDP_A);
    const offered = await callee.take("INVITE");
    assert.equal(bodyOf(offered), SDP_A);
    assert.notEqual(headerOf(offered, "Call-ID"), "srf-call");
    callee.respond(fixture.sipPort, offered, "180 Ringing", "b", [`Contact: <${callee.uri}>`]);
    await caller.take("SIP/2.0 180");
    callee.respond(
      fixture.sipPort,
      offered,
      "200 OK",
      "b",
      [`Contact: <${callee.uri}>`, "Content-Type: application/sdp"],
      SDP_B,
    );
    await callee.take("ACK");
    const ok = await caller.take("SIP/2.0 200");
    assert.equal(bodyOf(ok), SDP_B);
    fromCaller(ok, "ACK", 1);
    const { uas, uac } = await legs;
    const ended = new Promise((resolve) => uas.on("destroy", resolve));
    fromCaller(ok, "BYE", 2);
    await caller.take("SIP/2.0 200");
    await ended;
    uac.destroy();
    const bye = await callee.take("BYE");
    callee.respond(fixture.sipPort, bye, "200 OK", "b");
    await eventuallyZero("tandem_sip_dialogs");
    await eventuallyZero("tandem_sip_open_requests");
  });

  it("given an INVITE that writes its version sip/2.0, when it comes, then drachtio-srf answers it (RFC 3261 7.1)", async () => {
    srf.invite((_req, res) => res.send(486));
    await connect();
    const [line = "", ...fields] = invite();
    caller.send(fixture.sipPort, [line.replace("SIP/2.0", "sip/2.0"), ...fields], SDP_A);
    await caller.take("SIP/2.0 486");
  });

  it("given an answer that writes its version sip/2.0, when it comes, then drachtio-srf gets it (RFC 3261 7.1)", async () => {
    await connect();
    const refused = assert.rejects(srf.createUAC(callee.uri, { localSdp: SDP_A }), { status: 486 });
    const offered = await callee.take("INVITE");
    const kept = offered.split("\r\n").filter((line) => /^(Via|From|To|Call-ID|CSeq):/i.test(line));
    callee.send(fixture.sipPort, ["sip/2.0 486 Busy Here", ...kept]);
    await refused;
  });

  it("given proxyRequest, when the destination is busy and the next answers, then both are in the results", async () => {
    const results = new Promise<ProxyResults>((resolve, reject) => {
      srf.invite((req) => {
        srf.proxyRequest(req, [callee.uri, next.uri], { remainInDialog: true }, (error: unknown, done: unknown) => {
          if (error === null) resolve(done as ProxyResults);
          else reject(new Error("refused", { cause: error }));
        });
      });
    });
    await connect();
    caller.send(fixture.sipPort, invite(), SDP_A);
    callee.respond(fixture.sipPort, await callee.take("INVITE"), "486 Busy Here", "busy");
    next.respond(fixture.sipPort, await next.take("INVITE"), "200 OK", "b", [`Contact: <${next.uri}>`], SDP_B);
    const { connected, finalStatus, responses } = await results;
    assert.deepEqual([connected, finalStatus], [true, 200]);
    // It takes what comes from two ports of one address for answers of one target.
    assert.deepEqual(
      responses.flatMap(({ msgs }) => msgs.map(({ status }) => status)),
      [486, 200],
    );
    await caller.take("SIP/2.0 200");
  });

  it("given handlers for call records, when a call is refused, then drachtio-srf hands them over", async () => {
    const seen: string[] = [];
    const stopped = new Promise<void>((resolve) => {
      const agent = (srf as unknown as { on(event: string, handler: (...facts: string[]) => void): void }).on.bind(srf);
      agent("cdr:attempt", (source) => seen.push(`attempt ${source}`));
      agent("cdr:stop", (source, _time, reason) => {
        seen.push(`stop ${source} ${reason}`);
        resolve();
      });
    });
    srf.invite((_req, res) => res.send(486));
    await connect();
    caller.send(fixture.sipPort, invite(), SDP_A);
    await stopped;
    assert.deepEqual(seen, ["attempt network", "stop application call-rejected"]);
  });

  it("given a REGISTER, when drachtio-srf answers, then the Contact that it set goes out", async () => {
    srf.use("register", (_req, res) => {
      res.send(200, { headers: { Contact: "<sip:1001@127.0.0.1:5999>;expires=60", Expires: "60" } });
    });
    await connect();
    caller.send(fixture.sipPort, [
      `REGISTER sip:127.0.0.1:${fixture.sipPort} SIP/2.0`,
      `Via: ${caller.via()}`,
      "From: <sip:1001@127.0.0.1>;tag=r",
      "To: <sip:1001@127.0.0.1>",
      "Call-ID: reg",
      "CSeq: 1 REGISTER",
      "Contact: <sip:1001@127.0.0.1:5999>",
    ]);
    const ok = await caller.take("SIP/2.0 200");
    assert.equal(headerOf(ok, "Contact"), "<sip:1001@127.0.0.1:5999>;expires=60");
    assert.equal(headerOf(ok, "Expires"), "60");
  });

  it("given a wrong secret, when connecting, then drachtio-srf is told", async () => {
    const refused = new Promise<Error | null>((resolve) => srf.on("connect", resolve));
    srf.on("error", () => undefined);
    const options = { host: "127.0.0.1", port: fixture.edge.wirePort, secret: "wrong", reconnect: { maxAttempts: 1 } };
    void srf.connect(options);
    assert.match((await refused)?.message ?? "", /authenticate/);
  });

  async function eventuallyZero(gauge: string): Promise<void> {
    const deadline = Date.now() + 2_000;
    while (fixture.gauge(gauge) !== 0) {
      assert.ok(Date.now() < deadline, `${gauge} is ${fixture.gauge(gauge)}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});
