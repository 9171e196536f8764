import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import type { CtiClient, CtiMessage } from "../../support/cti-client.ts";
import { CtiNode } from "../../support/cti-node.ts";

const request = (more: object): string =>
  JSON.stringify({ jsonrpc: "2.0", id: "7", method: "provider.heartbeat", ...more });
const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** What is sent, and the code, number and id of the answer. */
const REFUSED: readonly (readonly [string, string, string, number, string | null])[] = [
  ["an empty text", "", "PROTOCOL_NOT_JSON", -32_700, null],
  ["no JSON", "{", "PROTOCOL_NOT_JSON", -32_700, null],
  ["words", "hello", "PROTOCOL_NOT_JSON", -32_700, null],
  ["a NUL", "\u0000", "PROTOCOL_NOT_JSON", -32_700, null],
  ["two requests in a frame", `${request({})}${request({})}`, "PROTOCOL_NOT_JSON", -32_700, null],
  ["a deep list", nested(100_000), "PROTOCOL_MALFORMED", -32_600, null],
  ["deep parameters", request({}).replace("}", `,"params":{"a":${nested(200)}}}`), "PROTOCOL_MALFORMED", -32_600, null],
  ["a number", "5", "PROTOCOL_MALFORMED", -32_600, null],
  ["null", "null", "PROTOCOL_MALFORMED", -32_600, null],
  ["a text", '"provider.heartbeat"', "PROTOCOL_MALFORMED", -32_600, null],
  ["an empty batch", "[]", "PROTOCOL_MALFORMED", -32_600, null],
  ["a batch", `[${request({})},${request({ id: "8" })}]`, "PROTOCOL_MALFORMED", -32_600, null],
  ["no version", request({ jsonrpc: undefined }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["another version", request({ jsonrpc: "1.0" }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["a version that is a number", request({ jsonrpc: 2 }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["a number as id", request({ id: 7 }), "PROTOCOL_MALFORMED", -32_600, null],
  ["null as id", request({ id: null }), "PROTOCOL_MALFORMED", -32_600, null],
  ["an object as id", request({ id: {} }), "PROTOCOL_MALFORMED", -32_600, null],
  ["an empty id", request({ id: "" }), "PROTOCOL_MALFORMED", -32_600, null],
  ["a long id", request({ id: "7".repeat(129) }), "PROTOCOL_MALFORMED", -32_600, null],
  ["no id", request({ id: undefined, method: "provider.close" }), "PROTOCOL_MALFORMED", -32_600, null],
  ["no method", request({ method: undefined }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["a number as method", request({ method: 5 }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["a long method", request({ method: "m".repeat(1_000) }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["a list of parameters", request({ params: [] }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["a text as parameters", request({ params: "all" }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["another member", request({ version: 1 }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["an answer", JSON.stringify({ jsonrpc: "2.0", id: "7", result: {} }), "PROTOCOL_MALFORMED", -32_600, "7"],
  ["a long request", request({ params: { after: "a".repeat(300_000) } }), "PROTOCOL_TOO_BIG", 1000, null],
  ["an unknown method", request({ method: "call.fly" }), "PROTOCOL_UNKNOWN_METHOD", -32_601, "7"],
  ["the name of a function", request({ method: "toString" }), "PROTOCOL_UNKNOWN_METHOD", -32_601, "7"],
  ["the name of a prototype", request({ method: "__proto__" }), "PROTOCOL_UNKNOWN_METHOD", -32_601, "7"],
  ["the method of an extension", request({ method: "rpc.discover" }), "PROTOCOL_UNKNOWN_METHOD", -32_601, "7"],
  ["an unknown parameter", request({ params: { more: 1 } }), "VALIDATION_PARAMETER", -32_602, "7"],
  [
    "a prototype among parameters",
    request({}).replace("}", ',"params":{"__proto__":{"a":1}}}'),
    "VALIDATION_PARAMETER",
    -32_602,
    "7",
  ],
  ["meta of another type", request({ params: { meta: 5 } }), "VALIDATION_PARAMETER", -32_602, "7"],
  ["a key without its time", request({ params: { meta: { key: "k" } } }), "VALIDATION_PARAMETER", -32_602, "7"],
];

/** The next answer that is an error. */
async function refusalOf(client: CtiClient, text: string): Promise<CtiMessage> {
  const before = client.messages.length;
  client.send(text);
  await client.until(({ messages }) => messages.slice(before).some(({ error }) => error !== undefined));
  const found = client.messages.slice(before).find(({ error }) => error !== undefined);
  assert.ok(found);
  return found;
}

describe("frames of the CTI protocol", () => {
  const cleanup = new Cleanup();
  let node: CtiNode;
  before(async () => {
    node = cleanup.add(await CtiNode.start(), (started) => started.stop());
  });
  after(() => cleanup.run());

  for (const [what, text, code, number, id] of REFUSED)
    it(`given ${what}, when sent, then it is refused with ${code}, and the session goes on`, async () => {
      const client = await node.open();
      const { error, id: answered } = await refusalOf(client, text);
      assert.deepEqual({ code: error?.data["code"], number: error?.code, id: answered }, { code, number, id });
      node.check.error(error);
      node.check.result("provider.heartbeat", await client.request("provider.heartbeat"));
    });
  it("given a binary frame, when sent, then the connection is closed, and the session can be resumed", async () => {
    const client = await node.connect();
    const { sessionId, epoch } = await client.open(node.credentials);
    client.sendBinary(Buffer.from(request({})));
    assert.equal((await client.closed).code, 1003);
    const again = await node.connect();
    const resumed = await again.open({ ...node.credentials, resume: { sessionId, epoch, lastSeq: 0 } });
    assert.equal(resumed["mode"], "resumed");
  });
  it("given a frame of megabytes, when sent, then the connection is closed, and others are unharmed", async () => {
    const other = await node.open();
    const client = await node.open();
    client.send("a".repeat(4_000_000));
    assert.equal((await client.closed).code, 1009);
    node.check.result("provider.heartbeat", await other.request("provider.heartbeat"));
  });
  it("given a heartbeat without an id, when sent, then nothing answers", async () => {
    const client = await node.open();
    const before = client.messages.length;
    client.send(JSON.stringify({ jsonrpc: "2.0", method: "provider.heartbeat", params: {} }));
    await client.request("provider.heartbeat");
    assert.equal(client.messages.length, before + 1);
  });
  it("given requests before provider.open, when sent, then each is refused with PROTOCOL_ORDER", async () => {
    const client = await node.connect();
    const { error } = await refusalOf(client, request({}));
    assert.equal(error?.data["code"], "PROTOCOL_ORDER");
    node.check.error(error);
  });
  it("given many requests at once, when sent, then each is answered under its own id", async () => {
    const client = await node.open();
    const ids = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    for (const id of ids) client.send(request({ id }));
    await client.until(({ messages }) => ids.every((id) => messages.some((message) => message.id === id)));
    for (const { id, result } of client.messages)
      if (ids.includes(id ?? "")) node.check.result("provider.heartbeat", result);
  });
});
