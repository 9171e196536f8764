import assert from "node:assert/strict";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, type EstablishedCall } from "../../support/established-call.ts";
import type { Fields, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";

const BUSY = "SIP/2.0 486 Busy Here";
const REFERRED_BY = "<sip:1001@127.0.0.1>";
const TRANSFERS: readonly (readonly [string, Fields])[] = [
  ["no Referred-By", [["Refer-To", "<sip:1003@127.0.0.1>"]]],
  [
    "Referred-By",
    [
      ["Refer-To", "<sip:1003@127.0.0.1>"],
      ["Referred-By", REFERRED_BY],
    ],
  ],
];
const MALFORMED: readonly (readonly [string, Fields])[] = [
  ["no Refer-To", []],
  [
    "two Refer-To",
    [
      ["Refer-To", "<sip:1003@127.0.0.1>"],
      ["Refer-To", "<sip:1004@127.0.0.1>"],
    ],
  ],
  ["a Refer-To that is no URI", [["Refer-To", "<<1003"]]],
];

describe("interop 17: REFER without Referred-By", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  let call: EstablishedCall;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
    call = await establish(alice, bob);
  });
  afterEach(async () => {
    await node.stop();
  });

  for (const [name, order] of EITHER_SIDE) {
    for (const [what, headers] of TRANSFERS) {
      it(`given a ${name} that transfers with ${what} to a number that is busy, when REFER comes, then it is told so by NOTIFY, and the call goes on`, async () => {
        const [by] = order(call);
        assert.equal((await by.send("REFER", { headers }).final()).status, 202);
        const target = await carol.offered();
        assert.ok(target.offer !== undefined);
        assert.equal(target.offer.get("referred-by"), what === "Referred-By" ? REFERRED_BY : undefined);
        target.respond(target.offer, 486);
        for (const [line, state] of [
          ["SIP/2.0 100 Trying", /^active;expires=\d+$/],
          [BUSY, /^terminated;reason=noresource$/],
        ] as const) {
          const notify = await by.request("NOTIFY");
          assert.equal(notify.body, `${line}\r\n`);
          assert.match(notify.get("event") ?? "", /^refer;id=\d+$/);
          assert.match(notify.get("subscription-state") ?? "", state);
          by.respond(notify, 200);
        }
        await assertUnharmed(call, node, 2);
      });
    }

    for (const [what, headers] of MALFORMED) {
      it(`given a ${name} that transfers with ${what}, when REFER comes, then it is refused, no NOTIFY is owed, and the call goes on`, async () => {
        const [by] = order(call);
        assert.equal((await by.send("REFER", { headers }).final()).status, 400);
        await assertUnharmed(call, node);
        assert.ok(carol.received.every(({ kind }) => kind === "response"));
      });
    }
  }

  it("given a phone that is in no call, when it sends REFER, then it is refused and nothing is left", async () => {
    const response = await carol
      .sendRequest(
        "REFER",
        `sip:1002@127.0.0.1:${node.server.port}`,
        [
          ["From", "<sip:1003@127.0.0.1>;tag=refer"],
          ["To", "<sip:1002@127.0.0.1>"],
          ["Call-ID", "refer-outside"],
          ["CSeq", "1 REFER"],
          ["Refer-To", "<sip:1001@127.0.0.1>"],
        ],
        {},
        undefined,
      )
      .final();
    assert.equal(response.status, 405);
    await assertUnharmed(call, node);
  });
});
