import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { RandomIds, silentLogger, SystemClock } from "../../../../src/common/index.ts";
import type { SipMessage } from "../../../../src/sip/message/index.ts";
import type { Flow } from "../../../../src/sip/transport/index.ts";
import { TransactionLayer } from "../../../../src/sip/transaction/index.ts";

const CALLS = 8_000;
const FLOW: Flow = {
  id: "udp|1",
  protocol: "udp",
  reliable: false,
  localAddress: "127.0.0.1",
  localPort: 5060,
  remoteAddress: "127.0.0.2",
  remotePort: 5060,
};

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function requestText(method: string, cseq: number, call: number, body: string): string {
  return (
    `${method} sip:1001@127.0.0.1 SIP/2.0\r\n` +
    `Via: SIP/2.0/UDP 127.0.0.2:5060;branch=z9hG4bK-${method}-${call};rport\r\n` +
    `From: "Somebody" <sip:somebody@127.0.0.2>;tag=from-${call}\r\n` +
    `To: <sip:1001@127.0.0.1>${cseq > 1 || method === "ACK" ? ";tag=to" : ""}\r\n` +
    `Call-ID: a-call-id-of-usual-length-${call}@127.0.0.2\r\nCSeq: ${cseq} ${method}\r\n` +
    `Contact: <sip:somebody@127.0.0.2:5060>\r\nMax-Forwards: 70\r\nUser-Agent: a phone that says who it is 1.2.3\r\n` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

function okTo(request: SipMessage): string {
  return (
    `SIP/2.0 200 OK\r\nVia: ${request.get("via")}\r\nFrom: ${request.get("from")}\r\nTo: ${request.get("to")};tag=to\r\n` +
    `Call-ID: ${request.get("call-id")}\r\nCSeq: ${request.get("cseq")}\r\nContent-Length: 0\r\n\r\n`
  );
}

describe("memory of finished transactions", () => {
  it("given thousands of calls answered and ended, when remembered, then each costs about a kilobyte at most", async () => {
    const layer = new TransactionLayer({
      transport: {
        send: (_target, text) => void Buffer.from(text, "latin1"),
        resend: () => undefined,
        canReach: () => true,
        isLocal: () => false,
        localFor: () => ({ address: "127.0.0.1", port: 5060 }),
      },
      clock: new SystemClock(),
      ids: new RandomIds(),
      logger: silentLogger,
      user: {
        knowsDialog: () => true,
        onRequest: (tx) => void tx.respond(200, okTo(tx.request)),
        onCancel: () => undefined,
        onAck: () => undefined,
        onStrayResponse: () => undefined,
      },
    });
    const call = (id: number): void => {
      const body = `v=0\r\no=- ${id} 1 IN IP4 127.0.0.2\r\n${"a=rtpmap:0 PCMU/8000\r\n".repeat(40)}`;
      for (const text of [
        requestText("INVITE", 1, id, body),
        requestText("ACK", 1, id, ""),
        requestText("BYE", 2, id, ""),
      ]) {
        layer.onMessage(Buffer.from(text, "latin1").toString("latin1"), FLOW);
      }
    };
    for (let id = 0; id < 500; id += 1) call(id);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let id = 500; id < 500 + CALLS; id += 1) {
      call(id);
      if (id % 500 === 0) await new Promise(setImmediate);
    }
    collectGarbage();
    const bytesPerCall = (process.memoryUsage().heapUsed - before) / CALLS;
    layer.close();
    assert.ok(bytesPerCall < 1_200, `${Math.round(bytesPerCall)} bytes a call`);
  });
});
