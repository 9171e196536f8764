import assert from "node:assert/strict";
import { parseRequest } from "../../../../src/cti/jsonrpc/parse-request.ts";

const refused = (text: string): string => {
  const parsed = parseRequest(text, 4);
  return parsed.ok ? "taken" : parsed.reason;
};

describe("parseRequest", () => {
  it("given a request and a notification, when parsed, then both are taken", () => {
    assert.deepEqual(parseRequest('{"jsonrpc":"2.0","id":"1","method":"m","params":{"a":[{}]}}', 4), {
      ok: true,
      request: { id: "1", method: "m", params: { a: [{}] } },
    });
    assert.deepEqual(parseRequest('{"jsonrpc":"2.0","method":"m"}', 4), {
      ok: true,
      request: { method: "m", params: {} },
    });
  });

  it("given what is no request, when parsed, then the reason is told, and the id where there is one", () => {
    assert.equal(refused("{"), "not JSON");
    assert.equal(refused("[]"), "batches are not taken");
    assert.equal(refused("7"), "expected an object");
    assert.equal(refused('{"jsonrpc":"2.0","id":"1","method":"m","params":[]}'), "params is no object");
    assert.equal(refused('{"jsonrpc":"2.0","id":"1","method":7}'), "method is no name");
    assert.equal(refused('{"jsonrpc":"2.0","id":"1","method":"m","more":1}'), "unknown member more");
    assert.match(refused('{"jsonrpc":"2.0","id":"","method":"m"}'), /^id is no string/);
    const parsed = parseRequest('{"jsonrpc":"2","id":"9","method":"m"}', 4);
    assert.ok(!parsed.ok);
    assert.equal(parsed.id, "9");
  });

  it("given what is nested too deep, when parsed, then it is refused, and brackets in texts do not count", () => {
    assert.match(refused("[".repeat(5)), /deep/);
    assert.equal(refused('{"jsonrpc":"2.0","method":"m","params":{"a":"[[[[[{{{{","b":"\\"[[[["}}'), "taken");
  });
});
