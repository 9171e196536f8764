import assert from "node:assert/strict";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, type EstablishedCall } from "../../support/established-call.ts";
import type { Fields, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";

const REFER_TO = ["Refer-To", "<sip:1003@127.0.0.1>"] as const;

describe("interop 19: NOTIFY with sipfrag and norefersub", () => {
  let node: SwitchFixture;
  let alice: SipPhone;
  let bob: SipPhone;
  let call: EstablishedCall;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    call = await establish(alice, bob);
  });
  afterEach(async () => {
    await node.stop();
  });

  const transfers: readonly (readonly [string, Fields, number])[] = [
    ["Refer-Sub: false", [["Refer-Sub", "false"]], 405],
    ["norefersub supported", [["Supported", "norefersub"]], 405],
    [
      "norefersub required",
      [
        ["Refer-Sub", "false"],
        ["Require", "norefersub"],
      ],
      420,
    ],
  ];
  const notifies: readonly (readonly [string, Fields])[] = [
    ["of REFER", [["Event", "refer"]]],
    ["of REFER with an id", [["Event", "refer;id=2"]]],
    ["of another event", [["Event", "message-summary"]]],
    ["without Event", []],
  ];
  for (const [name, order] of EITHER_SIDE) {
    for (const [what, headers, status] of transfers) {
      it(`given a ${name}, when it sends REFER with ${what}, then it gets ${status}, no NOTIFY comes, and the call goes on`, async () => {
        const [by] = order(call);
        const response = await by.send("REFER", { headers: [REFER_TO, ...headers] }).final();
        assert.equal(response.status, status);
        assert.equal(response.has("refer-sub"), false);
        if (status === 420) assert.equal(response.get("unsupported"), "norefersub");
        await assertUnharmed(call, node);
      });
    }

    for (const [what, headers] of notifies) {
      it(`given a ${name}, when it sends a NOTIFY ${what} that nobody asked for, then it gets 481, the other nothing, and the call goes on`, async () => {
        const [by] = order(call);
        const notify = by.send("NOTIFY", {
          headers: [...headers, ["Subscription-State", "terminated;reason=noresource"]],
          body: "SIP/2.0 200 OK\r\n",
          contentType: "message/sipfrag;version=2.0",
        });
        assert.equal((await notify.final()).status, 481);
        await assertUnharmed(call, node);
      });
    }

    it(`given a ${name}, when it subscribes inside the call, then it gets 489 and the call goes on`, async () => {
      const [by] = order(call);
      const headers: Fields = [
        ["Event", "refer"],
        ["Expires", "60"],
      ];
      assert.equal((await by.send("SUBSCRIBE", { headers }).final()).status, 489);
      await assertUnharmed(call, node);
    });
  }
});
