import assert from "node:assert/strict";
import type { Way } from "../../../../src/call/control/leg/branch.ts";
import { isCongestionControlled } from "../../../../src/call/control/message/message-target.ts";

describe("isCongestionControlled (RFC 3428 8)", () => {
  const cases: readonly [Way, boolean][] = [
    [{ uri: "sip:1001@192.0.2.7" }, false],
    [{ uri: "sip:1001@192.0.2.7;transport=UDP" }, false],
    [{ uri: "sip:1001@192.0.2.7;transport=TCP" }, true],
    [{ uri: "sips:1001@192.0.2.7" }, true],
    [{ uri: "sip:1001@x.invalid;transport=ws" }, true],
    [{ uri: "sip:1001@192.0.2.7;transport=tcp", proxyUri: "sip:192.0.2.7:5060" }, false],
    [{ uri: "sip:1001@192.0.2.7", proxyUri: "sip:192.0.2.7:40112;transport=tcp" }, true],
    [{ uri: "sip:1001@192.0.2.7", path: ["<sip:proxy.example;lr;transport=tls>"] }, true],
    [{ uri: "sip:1001@192.0.2.7;transport=tcp", path: ["<sip:proxy.example;lr>"] }, false],
    [{ uri: "nonsense" }, false],
  ];
  for (const [target, expected] of cases) {
    it(`given ${JSON.stringify(target)}, when the way is looked at, then it says ${expected}`, () => {
      assert.equal(isCongestionControlled(target), expected);
    });
  }
});
