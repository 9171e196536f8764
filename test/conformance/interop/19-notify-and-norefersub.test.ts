import assert from "node:assert/strict";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, requestsTo, type EstablishedCall } from "../../support/established-call.ts";
import type { Fields, SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";
import { assertUnharmed } from "../../support/unharmed-call.ts";

const REFER_TO = ["Refer-To", "<sip:1003@127.0.0.1>"] as const;

describe("interop 19: NOTIFY with sipfrag and norefersub", () => {
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

  // RFC 4488 4: only Refer-Sub asks for no subscription; the option tag says that its sender knows the field.
  const transfers: readonly (readonly [string, Fields, "told" | "not told"])[] = [
    ["Refer-Sub: false", [["Refer-Sub", "false"]], "not told"],
    ["Refer-Sub: false with a parameter", [["Refer-Sub", "false ;why=gateway"]], "not told"],
    ["Refer-Sub: true", [["Refer-Sub", "true"]], "told"],
    ["norefersub supported", [["Supported", "norefersub"]], "told"],
    ["norefersub required", [["Require", "norefersub"]], "told"],
    [
      "Refer-Sub: false and norefersub required",
      [
        ["Refer-Sub", "false"],
        ["Require", "norefersub"],
      ],
      "not told",
    ],
  ];
  const notifies: readonly (readonly [string, Fields])[] = [
    ["of REFER", [["Event", "refer"]]],
    ["of REFER with an id", [["Event", "refer;id=2"]]],
    ["of another event", [["Event", "message-summary"]]],
    ["without Event", []],
  ];
  for (const [name, order] of EITHER_SIDE) {
    for (const [what, headers, told] of transfers) {
      it(`given a ${name} that transfers to a number that is busy, when it sends REFER with ${what}, then it gets 202, is ${told} of it by NOTIFY, and the call goes on`, async () => {
        const [by] = order(call);
        const response = await by.send("REFER", { headers: [REFER_TO, ...headers] }).final();
        assert.equal(response.status, 202);
        assert.equal(response.get("refer-sub"), told === "told" ? undefined : "false");
        const target = await carol.offered();
        assert.ok(target.offer !== undefined);
        target.respond(target.offer, 486);
        if (told === "told") {
          for (const line of ["SIP/2.0 100 Trying", "SIP/2.0 486 Busy Here"]) {
            const notify = await by.request("NOTIFY");
            assert.equal(notify.body, `${line}\r\n`);
            by.respond(notify, 200);
          }
        }
        await assertUnharmed(call, node, 2);
        assert.equal(requestsTo(by.phone, "NOTIFY").length, told === "told" ? 2 : 0);
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
