import assert from "node:assert/strict";
import { parseProxyTokens } from "../../../../src/sip/proxy/proxy-command.ts";

const tokens = (line: string): readonly string[] => line.split("|");

describe("parseProxyTokens", () => {
  it("given all options, when parsed, then each has its value", () => {
    const parsed = parseProxyTokens(
      tokens("remainInDialog|fullResponse|followRedirects|simultaneous|500ms|2s|sip:a@b|sip:c"),
    );
    assert.deepEqual(parsed, {
      ok: true,
      value: {
        remainsInDialog: true,
        fullResponse: true,
        followsRedirects: true,
        isSimultaneous: true,
        provisionalMs: 500,
        finalMs: 2_000,
        destinations: ["sip:a@b", "sip:c"],
      },
    });
  });
  it("given empty options, when parsed, then all are off", () => {
    const parsed = parseProxyTokens(tokens("|||serial|||sip:a@b"));
    assert.ok(parsed.ok);
    assert.deepEqual(
      Object.values(parsed.value).filter((value) => value === true),
      [],
    );
    assert.equal(parsed.value.finalMs, undefined);
  });
  for (const [line, reason] of [
    ["|||serial||", "no destination"],
    ["|||serial|||tel:123", "invalid request-uri: tel:123"],
    ["|||serial|||sip:a@b?x=y", "invalid request-uri: sip:a@b?x=y"],
    ["|||serial|||sip:a@b;transport=sctp", "requested protocol/transport not available"],
    ["|||serial|0s||sip:a@b", "invalid timeout: 0s"],
    ["|||serial||601s|sip:a@b", "invalid timeout: 601s"],
    [`|||serial|||${"sip:a|".repeat(33)}`, "more than 32 destinations"],
  ] as const) {
    it(`given ${line.slice(0, 40)}, when parsed, then it is refused: ${reason}`, () => {
      assert.deepEqual(parseProxyTokens(tokens(line)), { ok: false, reason });
    });
  }
});
