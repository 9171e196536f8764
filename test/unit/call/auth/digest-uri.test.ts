import assert from "node:assert/strict";
import { matchesRequestUri } from "../../../../src/call/auth/digest-uri.ts";

describe("digest URI", () => {
  const matches: readonly (readonly [digestUri: string, requestUri: string, why: string])[] = [
    ["sip:1002@pbx.example", "sip:1002@pbx.example", "the same text"],
    ["sip:1002@PBX.example", "sip:1002@pbx.EXAMPLE", "a host in another case"],
    ["sip:1002@pbx.example", "sip:1002@pbx.example:5060;transport=tcp", "port and parameters of one only"],
    ["sip:%31002@pbx.example", "sip:1002@pbx.example", "an escaped character"],
    ["sip:192.0.2.1:5060", "sip:1002@192.0.2.1:5060", "no user, as SIPp has it"],
    ["sip:192.0.2.1", "sip:192.0.2.1", "no user on either side"],
    ["tel:+1201", "tel:+1201", "the same tel URI"],
  ];
  for (const [digestUri, requestUri, why] of matches) {
    it(`given ${why}, when it is compared, then it matches`, () => {
      assert.equal(matchesRequestUri(digestUri, requestUri), true);
    });
  }

  const mismatches: readonly (readonly [digestUri: string, requestUri: string, why: string])[] = [
    ["sip:1002@pbx.example", "sip:1003@pbx.example", "another user"],
    ["sip:1002@pbx.example", "sip:pbx.example", "a user where the request has none"],
    ["sip:1002@pbx.example", "sip:1002@other.example", "another host"],
    ["sip:Alice@pbx.example", "sip:alice@pbx.example", "a user in another case"],
    ["tel:+1201", "tel:+1202", "another telephone number"],
    ["", "sip:1002@pbx.example", "nothing"],
    ["1002", "sip:1002@pbx.example", "no URI"],
    ["sip:1002@pbx.example", "no uri", "a request without a URI"],
  ];
  for (const [digestUri, requestUri, why] of mismatches) {
    it(`given ${why}, when it is compared, then it does not match`, () => {
      assert.equal(matchesRequestUri(digestUri, requestUri), false);
    });
  }
});
