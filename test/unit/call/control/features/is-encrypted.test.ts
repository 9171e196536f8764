import assert from "node:assert/strict";
import { isEncrypted } from "../../../../../src/call/control/features/is-encrypted.ts";
import type { Party } from "../../../../../src/call/model/index.ts";

const CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
const sdp = (profile: string, ...lines: readonly string[]): string =>
  ["v=0", `m=audio 4000 ${profile} 8`, ...lines, ""].join("\r\n");
const PLAIN = sdp("RTP/AVP");

function party(localSdp: string | undefined, remoteSdp: string | undefined): Party {
  return { connection: "established", localSdp, remoteSdp, isHolding: false };
}

describe("isEncrypted", () => {
  for (const [what, local, remote, expected] of [
    ["plain media", PLAIN, PLAIN, false],
    ["SAVP", sdp("RTP/SAVP", CRYPTO), sdp("RTP/SAVP", CRYPTO), true],
    ["SAVPF", sdp("RTP/SAVPF", CRYPTO), sdp("RTP/SAVPF", CRYPTO), true],
    ["keys with AVP", sdp("RTP/AVP", CRYPTO), sdp("RTP/AVP", CRYPTO), true],
    ["keys that were offered and not taken", sdp("RTP/AVP", CRYPTO), PLAIN, false],
    ["nothing yet", undefined, sdp("RTP/SAVP", CRYPTO), false],
  ] as const) {
    it(`given ${what}, when a party is asked, then it is ${expected}`, () => {
      assert.equal(isEncrypted(party(local, remote)), expected);
    });
  }

  it("given a stream by SAVP that is declined, when a party is asked, then it is not encrypted", () => {
    const declined = sdp("RTP/SAVP").replace("m=audio 4000", "m=audio 0");
    assert.equal(isEncrypted(party(declined, declined)), false);
  });
});
