import assert from "node:assert/strict";
import { SwitchFixture } from "../../../support/switch-fixture.ts";
import { testSdp } from "../../../support/test-sdp.ts";

const CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
const secure = (port: number): string => testSdp(port, [CRYPTO]).replace("RTP/AVP", "RTP/SAVP");

describe("features in calls whose media is encrypted", () => {
  let node: SwitchFixture;
  beforeEach(async () => {
    node = await SwitchFixture.start({ phones: [{}, {}, {}] });
  });
  afterEach(() => node.stop());

  for (const isAgain of [false, true]) {
    it(`given one${isAgain ? ", after call control was killed" : ""}, when a party transfers the other, then it is told 488, and they talk on`, async () => {
      const [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
      const call = await alice.call("1002", { sdp: secure(4_000) });
      const taken = await bob.offered();
      await taken.answer({ sdp: secure(5_000) });
      await call.established();
      if (isAgain) {
        await node.killManager();
        await node.startManager();
      }
      const refer = taken.send("REFER", { headers: [["Refer-To", "<sip:1003@127.0.0.1>"]] });
      assert.equal((await refer.final()).status, 202);
      const notify = await taken.request("NOTIFY");
      taken.respond(notify, 200);
      assert.match(notify.body, /^SIP\/2\.0 488/);
      const parked = await node.manager.features.command({ type: "park", device: "phone-1001" });
      assert.equal(parked.ok ? "ok" : parked.failure, "media-incompatible");
      const bye = call.bye();
      await taken.takeBye();
      await bye;
    });
  }
});
