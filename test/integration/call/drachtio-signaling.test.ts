import assert from "node:assert/strict";
import { silentLogger, type Logger } from "../../../src/common/index.ts";
import { DrachtioSignaling } from "../../../src/call/signaling/drachtio-signaling.ts";
import type { SignalingError } from "../../../src/call/signaling/signaling-error.ts";
import type {
  IncomingRequest,
  IncomingResponse,
  SignalingHandler,
} from "../../../src/call/signaling/signaling-port.ts";
import { eventually } from "../../support/eventually.ts";
import { Inbox } from "../../support/inbox.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { ScriptedEdge } from "../../support/scripted-edge.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\n";
const VERBS = "ack bye info invite message notify options prack publish refer register subscribe update";
const DIALOG = "c1@test;from-tag=f1";
const LONGEST_RING_MS = 600_000;

function inviteText(extra = "", body = ""): string {
  return (
    "INVITE sip:1002@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1\r\n" +
    "From: <sip:1001@127.0.0.1>;tag=f1\r\nTo: <sip:1002@127.0.0.1>\r\nCall-ID: c1@test\r\nCSeq: 1 INVITE\r\n" +
    `Contact: <sip:1001@192.0.2.7:5062>\r\nMax-Forwards: 70\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

function inDialog(method: string, cseq: number): string {
  return inviteText()
    .replaceAll("INVITE", method)
    .replace("CSeq: 1", `CSeq: ${cseq}`)
    .replace("1002@127.0.0.1>\r\nCall", "1002@127.0.0.1>;tag=s1\r\nCall");
}

function responseText(sent: string, status: string, tag = "t9"): string {
  const kept = sent.split("\r\n").filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
  return `SIP/2.0 ${status}\r\n${kept.join("\r\n")}\r\nTo: <sip:1002@127.0.0.1>;tag=${tag}\r\nContent-Length: 0\r\n\r\n`;
}

class Recorder implements SignalingHandler {
  readonly requests = new Inbox<IncomingRequest>(({ message }) => message.method);
  readonly events = new Inbox<string>((event) => event);
  onRequest(request: IncomingRequest): void {
    this.requests.put(request);
  }
  onCancel(transactionId: string, dialogId: string): void {
    this.events.put(`cancel ${transactionId} ${dialogId}`);
  }
  onDialogEnded(dialogId: string): void {
    this.events.put(`ended ${dialogId}`);
  }
  onConnected(hosts: readonly string[]): void {
    this.events.put(`connected ${hosts.join()}`);
  }
  onRouted(): void {
    this.events.put("routed");
  }
  onDisconnected(): void {
    this.events.put("disconnected");
  }
  event(start: string): Promise<string> {
    return this.events.take((one) => one.startsWith(start), start);
  }
  request(method: string): Promise<IncomingRequest> {
    return this.requests.take(({ message }) => message.method === method, method);
  }
}

describe("DrachtioSignaling", () => {
  let edge: ScriptedEdge;
  let port: DrachtioSignaling;
  let handler: Recorder;
  let clock: ManualClock;
  let errors: string[];
  beforeEach(async () => {
    edge = await ScriptedEdge.start();
    clock = new ManualClock();
    errors = [];
    const logger: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
    port = new DrachtioSignaling({
      host: "127.0.0.1",
      port: edge.port,
      secret: "s",
      instanceId: "callmanager",
      longestRingMs: LONGEST_RING_MS,
      clock,
      logger,
    });
    handler = new Recorder();
    port.start(handler);
    await handler.event("connected");
  });
  afterEach(async () => {
    port.close();
    await edge.close();
  });

  interface Sent {
    readonly responses: Inbox<IncomingResponse>;
    readonly failed: Promise<SignalingError>;
    readonly cancel: () => void;
  }

  function send(method: "INVITE" | "INFO" | "BYE" = "INVITE"): Sent {
    const responses = new Inbox<IncomingResponse>(({ message }) => String(message.status));
    let fail: (error: SignalingError) => void = () => undefined;
    const failed = new Promise<SignalingError>((resolve) => {
      fail = resolve;
    });
    const target = method === "INVITE" ? { uri: "sip:1002@192.0.2.9" } : { dialogId: DIALOG };
    const headers = [
      ["From", "<sip:1001@localhost>;tag=f2"],
      ["Call-ID", "c2"],
    ] as const;
    const pending = port.request(
      { method, ...target, headers },
      { onResponse: (response) => responses.put(response), onFailed: fail },
    );
    return { responses, failed, cancel: () => pending.cancel([["Reason", "SIP;cause=200"]]) };
  }

  const echoed = (text: string): string =>
    text.replace(
      "\r\n",
      "\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\nTo: <sip:1002@192.0.2.9>\r\nCSeq: 1 INVITE\r\n",
    );

  /** All that was routed, once all verbs are. */
  function routed(times = 1): Promise<readonly string[]> {
    return eventually(
      () => {
        assert.equal(edge.routes.length, times * VERBS.split(" ").length);
        return edge.routes;
      },
      { timeoutMs: 2_000, intervalMs: 5 },
    );
  }

  it("given a connection, when it is made, then the instance id is told, so that dialogs come back to it", () => {
    assert.equal(edge.tags, "callmanager");
  });

  it("given a connection, when the edge answers what was sent behind the routes, then it is told that requests come here, and again after the next connection", async () => {
    await handler.event("routed");
    edge.answersPings = false;
    edge.disconnect();
    await handler.event("disconnected");
    await handler.event("connected");
    const ping = await edge.commands.take(({ tokens }) => tokens[0] === "ping", "ping");
    await routed(2);
    edge.deliver(inviteText(), "t1", "d1");
    await handler.request("INVITE");
    assert.deepEqual(handler.events.waiting, []);
    edge.sendFrame(`x|response|${ping.id}|OK|pong`);
    await handler.event("routed");
  });

  it("given a connection, when it is made, then each verb that may come is routed once", async () => {
    assert.equal([...(await routed())].sort().join(" "), VERBS);
  });

  it("given octets above ASCII in a body, when a response goes out, then length and octets are right", async () => {
    edge.deliver(inviteText(), "txn-1", "");
    const invite = await handler.request("INVITE");
    const text = `${SDP}i=${Buffer.from("Zoë").toString("latin1")}\r\n`;
    invite.respond(200, { body: { contentType: "application/sdp", text }, toTag: "s1" });
    const command = await edge.command("SIP/2.0 200");
    assert.equal(command.text.endsWith(text), true);
    assert.match(command.text, new RegExp(`content-length: ${text.length}\r\n`, "i"));
    assert.match(command.text, /to: <sip:1002@127\.0\.0\.1>;tag=s1\r\n/i);
    assert.equal(command.tokens[1], "txn-1");
  });

  it("given octets above ASCII in a request, when it comes in two pieces, then they arrive as they were sent", async () => {
    // What answers the routes must not come between the pieces.
    await routed();
    const name = Buffer.from("Zoë").toString("latin1");
    const payload = `${"0".repeat(36)}|sip|network|1|udp|192.0.2.7|5062|t|txn-2||127.0.0.1|5060|\r\n${inviteText(`Subject: ${name}\r\n`)}`;
    const frame = `${payload.length}#${payload}`;
    edge.sendRaw(frame.slice(0, 300));
    await new Promise((resolve) => setImmediate(resolve));
    edge.sendRaw(frame.slice(300));
    const invite = await handler.request("INVITE");
    assert.equal(invite.message.get("subject"), name);
    assert.deepEqual(invite.source, { protocol: "udp", address: "192.0.2.7", port: 5062 });
  });

  it("given a message that drachtio-srf cannot take, when it comes, then it is logged and the next ones are handled", async () => {
    edge.sendFrame(`${"0".repeat(36)}|no-such-type|x`);
    edge.deliver("this is no SIP", "txn-3", "");
    edge.deliver(inviteText(), "txn-4", "");
    assert.equal((await handler.request("INVITE")).transactionId, "txn-4");
    assert.deepEqual(errors, ["a message of the edge could not be handled"]);
  });

  it("given broken framing, when it comes, then the connection is made anew and routes are sent again", async () => {
    await routed();
    edge.sendRaw("garbage without a length");
    await handler.event("disconnected");
    await handler.event("connected");
    await routed(2);
  });

  it("given several messages of one turn, when they go out, then the edge gets them in one piece", async () => {
    await routed();
    edge.deliver(inviteText(), "txn-5", "");
    const invite = await handler.request("INVITE");
    const before = edge.chunks.length;
    invite.respond(180);
    send();
    await edge.command("INVITE");
    assert.equal(edge.chunks.length, before + 1);
  });

  it("given a request, when the edge confirms it and a response comes, then it is handed over; 100 is not", async () => {
    const { responses } = send();
    const command = await edge.command("INVITE sip:1002@192.0.2.9");
    const text = echoed(command.text);
    edge.confirm(command, "txn-6", text);
    edge.deliver(responseText(text, "100 Trying"), "txn-6", "c2;from-tag=f2");
    edge.deliver(responseText(text, "200 OK"), "txn-6", "c2;from-tag=f2");
    const response = await responses.take(() => true, "response");
    assert.equal(response.message.status, 200);
    response.acknowledge({ contentType: "application/sdp", text: SDP });
    const ack = await edge.command("ACK");
    assert.equal(ack.tokens[2], "c2;from-tag=f2");
    assert.equal(ack.text.endsWith(SDP), true);
  });

  it("given a request that is taken back before the edge confirmed it, when it is confirmed, then CANCEL follows", async () => {
    const { cancel } = send();
    const command = await edge.command("INVITE");
    cancel();
    edge.confirm(command, "txn-7", echoed(command.text));
    const cancelled = await edge.command("CANCEL");
    assert.equal(cancelled.tokens[1], "txn-7");
    assert.match(cancelled.text, /Reason: SIP;cause=200/);
  });

  const refusals: readonly [string, string][] = [
    ["Server error: unable to find dialog for dialog id provided", "unknown-dialog"],
    ["can not send request to myself", "loop"],
    ["invalid request-uri: x", "refused"],
  ];
  for (const [reason, code] of refusals) {
    it(`given a request that the edge refuses with "${reason}", when it does, then the request fails with ${code}`, async () => {
      const { failed } = send();
      edge.refuse(await edge.command("INVITE"), reason);
      assert.equal((await failed).code, code);
    });
  }

  it("given a request that the edge does not confirm, when time runs out, then it fails", async () => {
    const { failed } = send("INFO");
    await edge.command("INFO");
    clock.advance(6_000);
    assert.equal((await failed).code, "edge-timeout");
  });

  it("given an INVITE that nobody ends, when it was cancelled and a 200 comes after all, then it is acknowledged and ended", async () => {
    const { failed, cancel } = send();
    const command = await edge.command("INVITE");
    const text = echoed(command.text);
    edge.confirm(command, "txn-8", text);
    cancel();
    await edge.command("CANCEL");
    clock.advance(41_000);
    assert.equal((await failed).code, "edge-timeout");
    edge.deliver(responseText(text, "200 OK"), "txn-8", "c2;from-tag=f2");
    await edge.command("ACK");
    const bye = await edge.command("BYE");
    assert.equal(bye.tokens[2], "c2;from-tag=f2");
  });

  it("given an INVITE that rings longer than any call may, when its time is over, then it is cancelled, and fails when no final response comes", async () => {
    const { failed, responses } = send();
    const command = await edge.command("INVITE");
    const text = echoed(command.text);
    edge.confirm(command, "txn-20", text);
    edge.deliver(responseText(text, "180 Ringing"), "txn-20", "c2;from-tag=f2");
    await responses.take(() => true, "180");
    clock.advance(LONGEST_RING_MS + 41_000);
    assert.equal((await edge.command("CANCEL")).tokens[1], "txn-20");
    clock.advance(41_000);
    assert.equal((await failed).code, "edge-timeout");
  });

  it("given requests and responses that wait, when the connection is lost, then all fail at once and new ones too", async () => {
    edge.deliver(inviteText(), "txn-9", "");
    const invite = await handler.request("INVITE");
    const first = send();
    await edge.command("INVITE");
    const answered = new Promise<SignalingError | undefined>((resolve) => invite.respond(200, {}, resolve));
    await edge.command("SIP/2.0 200");
    edge.disconnect();
    await handler.event("disconnected");
    assert.equal((await first.failed).code, "edge-lost");
    assert.equal((await answered)?.code, "edge-lost");
    assert.equal((await send().failed).code, "edge-lost");
    await handler.event("connected");
    assert.equal(port.connected, true);
  });

  it("given a 200 that the edge does not send, when it says so, then the answerer is told", async () => {
    edge.deliver(inviteText(), "txn-10", "");
    const invite = await handler.request("INVITE");
    const answered = new Promise<SignalingError | undefined>((resolve) => invite.respond(200, {}, resolve));
    edge.refuse(await edge.command("SIP/2.0 200"), "Response not sent due to unknown transaction");
    assert.equal((await answered)?.code, "refused");
  });

  it("given two INVITEs of one Call-ID, when the first is cancelled, then it is told by its own transaction", async () => {
    edge.deliver(inviteText(), "txn-11", "");
    edge.deliver(inviteText("X-Copy: 1\r\n"), "txn-12", "");
    await handler.request("INVITE");
    const copy = await handler.request("INVITE");
    copy.respond(482);
    await edge.command("SIP/2.0 482");
    edge.deliver(inviteText().replaceAll("INVITE", "CANCEL"), "txn-11", DIALOG);
    assert.equal(await handler.event("cancel"), `cancel txn-11 ${DIALOG}`);
  });

  it("given an UPDATE while an INVITE of its Call-ID waits, when it comes, then it is handed over like any request", async () => {
    edge.deliver(inviteText(), "txn-13", "");
    await handler.request("INVITE");
    edge.deliver(inDialog("UPDATE", 2), "txn-14", DIALOG);
    const update = await handler.request("UPDATE");
    update.respond(500);
    assert.equal((await edge.command("SIP/2.0 500")).tokens[1], "txn-14");
    send();
    const command = await edge.command("INVITE");
    edge.confirm(command, "txn-15", echoed(command.text));
    const other = inDialog("UPDATE", 3).replace("c1@test", "c2");
    edge.deliver(other, "txn-16", "c2;from-tag=f2");
    assert.equal((await handler.request("UPDATE")).transactionId, "txn-16");
  });

  it("given a BYE of the edge's own, when it is told, then the dialog is reported as ended", async () => {
    edge.deliver(inDialog("BYE", 2), "unsolicited", DIALOG, "application");
    assert.equal(await handler.event("ended"), `ended ${DIALOG}`);
  });

  for (const [why, extra] of [
    ["many boundaries", `Content-Type: multipart/${";boundary=".repeat(1_500)}\r\n x\r\n`],
    ["a long subtype", `Content-Type: multipart/${"a".repeat(15_000)}\r\n`],
    ["white space in the type of a part", "Content-Type: multipart/mixed;boundary=a\r\n"],
  ] as const) {
    it(`given messages with ${why}, when the edge hands them over, then the next one has not to wait for them`, async () => {
      const body = `\r\n\r\n--a\r\nContent-Type:${" ".repeat(30_000)}`;
      for (let count = 1; count <= 10; count += 1) edge.deliver(inviteText(extra, body), `txn-h${count}`, "");
      edge.deliver(inDialog("OPTIONS", 2), "txn-20", DIALOG);
      assert.equal((await handler.request("OPTIONS")).transactionId, "txn-20");
    });
  }

  it("given a header that must not be set or has a line end, when a response goes out, then it is left out", async () => {
    edge.deliver(inviteText(), "txn-17", "");
    const invite = await handler.request("INVITE");
    invite.respond(401, {
      headers: [
        ["Via", "forged"],
        ["Subject", "one\r\nX-Forged: two"],
        ["WWW-Authenticate", 'Digest realm="a", algorithm=SHA-256'],
        ["WWW-Authenticate", 'Digest realm="a", algorithm=MD5'],
      ],
    });
    const { text } = await edge.command("SIP/2.0 401");
    assert.equal(text.includes("forged") || text.includes("Forged"), false);
    assert.equal(text.match(/^www-authenticate: Digest/gim)?.length, 2);
  });

  it("given a status that drachtio-srf does not know, when a response goes out, then that of its class does", async () => {
    edge.deliver(inviteText(), "txn-18", "");
    const invite = await handler.request("INVITE");
    invite.respond(499);
    await edge.command("SIP/2.0 400");
  });

  it("given a wrong secret, when the edge says so, then it is logged and nothing is connected", async () => {
    edge.acceptsSecret = false;
    edge.disconnect();
    await handler.event("disconnected");
    await new Promise<void>((resolve) => {
      const wait = (): void => void (errors.length > 0 ? resolve() : setTimeout(wait, 10));
      wait();
    });
    assert.equal(port.connected, false);
    assert.deepEqual(errors.slice(0, 1), ["the edge refused the connection"]);
  });

  it("given a closed port, when the edge ends the connection, then no other is made", async () => {
    port.close();
    port.close();
    const before = edge.routes.length;
    edge.disconnect();
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(edge.routes.length, before);
    assert.equal(port.connected, false);
  });
});
