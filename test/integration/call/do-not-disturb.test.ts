import assert from "node:assert/strict";
import type { Operation } from "../../../src/database/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../support/configured-switch.ts";
import { establish, hangUp, requestsTo } from "../../support/established-call.ts";
import { phoneOperations, put } from "../../support/kept-configuration.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";

const OFFER = { sdp: testSdp(4_000) };
const TO_CAROL = { internal: "1003", external: "1003" };

describe("do not disturb", () => {
  let cleanup: Cleanup;
  let configured: ConfiguredSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;

  beforeEach(async () => {
    cleanup = new Cleanup();
    configured = await startConfiguredSwitch(
      cleanup,
      ["1001", "1002", "1003"].flatMap((number) => phoneOperations([number])),
    );
    const { node } = configured;
    [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
  });
  afterEach(() => cleanup.run());

  const line = (more: object): Operation => put("directory-number", { number: "1002", ...more });
  const device = (more: object): Operation[] => phoneOperations(["1002"], more);

  for (const [where, changes] of [
    ["line", [line({ doNotDisturb: "reject" })]],
    ["device", device({ doNotDisturb: "reject" })],
  ] as const) {
    it(`given a ${where} that rejects, when it is called, then it is busy, without an INVITE`, async () => {
      await configured.change(...changes);
      const final = await (await alice.call("1002", OFFER)).invite?.final();
      assert.deepEqual([final?.status, final?.get("reason")], [486, 'Q.850;cause=17;text="user busy"']);
      assert.equal(requestsTo(bob, "INVITE").length, 0);
    });
  }

  it("given a device that rejects and a target for busy, when it is called, then that rings, and the device may call", async () => {
    await configured.change(...device({ doNotDisturb: "reject" }), line({ forwarding: { busy: TO_CAROL } }));
    const call = await alice.call("1002", OFFER);
    const offered = await carol.offered();
    assert.match(offered.offer?.get("diversion") ?? "", /^<sip:1002@.*;reason=user-busy/);
    const acked = offered.answer({ sdp: testSdp(5_000) });
    await call.established();
    await acked;
    await hangUp(call, offered);
    const { near, far } = await establish(bob, alice);
    await hangUp(near, far);
  });

  it("given a device that is silent, when it is called, then the caller hears it ring, nothing is sent to it, and no answer is told", async () => {
    await configured.change(
      ...device({ doNotDisturb: "silent" }),
      line({ noAnswerSeconds: 1, forwarding: { noAnswer: TO_CAROL } }),
    );
    const call = await alice.call("1002", OFFER);
    await call.invite?.response(180);
    const offered = await carol.offered();
    assert.match(offered.offer?.get("diversion") ?? "", /^<sip:1002@.*;reason=no-answer/);
    offered.respond(offered.offer ?? assert.fail(), 486);
    assert.equal((await call.invite?.final())?.status, 486);
    assert.equal(requestsTo(bob, "INVITE").length, 0);
    await configured.node.settled(1);
  });

  it("given a device that is silent, when its caller gives up, then nothing of the call is left", async () => {
    await configured.change(...device({ doNotDisturb: "silent" }));
    const call = await alice.call("1002", OFFER);
    await call.invite?.response(180);
    call.invite?.cancel();
    assert.equal((await call.invite?.final())?.status, 487);
    const [record] = await configured.node.settled(1);
    assert.equal(record?.callee?.device, "phone-1002");
  });

  it("given a line on two devices of which one is silent, when it is called, then the other rings alone", async () => {
    await configured.change(
      ...device({ doNotDisturb: "silent" }),
      put("phone", {
        name: "phone-1003",
        credentials: { user: "1003", password: "secret" },
        lines: [{ directoryNumber: "1003" }, { directoryNumber: "1002" }],
      }),
    );
    const second = await configured.node.phone("1002", { authUser: "1003" });
    const call = await alice.call("1002", OFFER);
    const offered = await second.offered();
    offered.respond(offered.offer ?? assert.fail(), 486);
    assert.equal((await call.invite?.final())?.status, 486);
    assert.equal(requestsTo(bob, "INVITE").length, 0);
  });
});
