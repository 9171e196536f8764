import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { NonceUses } from "../../../src/call/auth/nonce-uses.ts";
import { sessionBody } from "../../../src/call/control/session/session-body.ts";
import { callerDevice } from "../../../src/call/control/leg/caller-identity.ts";
import { createInventory, type PhoneSource } from "../../../src/call/index.ts";
import { Registrar } from "../../../src/call/registrar/index.ts";
import { silentLogger } from "../../../src/common/index.ts";
import { formatRequest, parseSipMessage, type SipMessage } from "../../../src/sip/message/index.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { TEST_PROFILE, testPhones } from "../../support/switch-fixture.ts";

const COUNT = 400;
const READ_BYTES = 64 * 1024;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** A message as it comes from the edge: cut out of what one read of a socket has brought. */
function messageOfRead(method: string, index: number, body = ""): SipMessage {
  const text = formatRequest(
    method,
    "sip:somebody@tandem.test",
    [
      ["From", `"Somebody with a name" <sip:somebody-${index}@192.0.2.7>;tag=1`],
      ["Call-ID", `a-call-id-of-usual-length-${index}@192.0.2.7`],
      ["Contact", `<sip:${index}@192.0.2.7:5060;with=something>;+sip.instance="<urn:uuid:${index}>"`],
      ["Path", "<sip:a-proxy-on-the-way.example;lr>"],
      ["User-Agent", "a phone that says who it is 1.2.3"],
      ["X-Nonce", `a-nonce-of-usual-length-${index}`],
    ],
    body,
  );
  const read = Buffer.from(text.padEnd(READ_BYTES, "x"), "latin1").toString("latin1");
  const parsed = parseSipMessage(read.slice(0, text.length));
  assert.ok(parsed.ok);
  return parsed.value;
}

/** Bytes that stay for each of what `keep` keeps. */
function bytesKept(keep: (index: number) => unknown): number {
  const kept: unknown[] = [];
  for (let index = 0; index < 50; index += 1) kept.push(keep(index));
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 50; index < 50 + COUNT; index += 1) kept.push(keep(index));
  collectGarbage();
  const bytes = (process.memoryUsage().heapUsed - before) / COUNT;
  assert.equal(kept.length, COUNT + 50);
  return bytes;
}

describe("memory of what is kept of messages", () => {
  it("given a binding of each phone, when the messages are gone, then what they came with is not kept alive", () => {
    const phones = Array.from({ length: COUNT + 50 }, (_, index): PhoneSource => {
      const [phone] = testPhones();
      assert.ok(phone !== undefined);
      return { ...phone, name: `p${index}`, directoryNumber: String(index), user: String(index) };
    });
    const inventory = createInventory({ realm: "tandem.test", phones, peers: [] });
    const registrar = new Registrar({ inventory, clock: new ManualClock(), logger: silentLogger });
    const bytes = bytesKept((index) => {
      const message = messageOfRead("REGISTER", index);
      const phone = inventory.phones[index];
      assert.ok(phone !== undefined);
      const { status } = registrar.register({
        phone,
        contacts: message.getAll("contact"),
        callId: message.get("call-id") ?? "",
        cseq: 1,
        path: message.getAll("path"),
        supported: ["path"],
        userAgent: message.get("user-agent") ?? "",
        source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
      });
      assert.equal(status, 200);
      return status;
    });
    registrar.close();
    assert.ok(bytes < 4_000, `${Math.round(bytes)} bytes a binding`);
  });

  it("given nonces that were used, when the messages are gone, then what they came with is not kept alive", () => {
    const uses = new NonceUses({ clock: new ManualClock(), maxAgeMs: 300_000, maxNonces: 10_000 });
    const bytes = bytesKept((index) => uses.use(messageOfRead("REGISTER", index).get("x-nonce") ?? "", 1e12 * 2, 1));
    assert.equal(uses.size, COUNT + 50);
    assert.ok(bytes < 2_000, `${Math.round(bytes)} bytes a nonce`);
  });

  it("given a call's session description and caller, when the INVITE is gone, then what it came with is not kept alive", () => {
    const sdp = `v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\n${"a=x\r\n".repeat(40)}`;
    const peer = {
      kind: "peer",
      name: "carrier",
      addresses: [],
      uri: "sip:192.0.2.1",
      prefixes: [],
      profile: TEST_PROFILE,
      maxCalls: 1,
      transit: false,
    } as const;
    const bytes = bytesKept((index) => {
      const message = messageOfRead("INVITE", index, sdp);
      return [sessionBody(message), callerDevice(peer, message)];
    });
    assert.ok(bytes < 4_000, `${Math.round(bytes)} bytes a call`);
  });
});
