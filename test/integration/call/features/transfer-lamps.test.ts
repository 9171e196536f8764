import assert from "node:assert/strict";
import { establish } from "../../../support/established-call.ts";
import { subscribe, takeNotify } from "../../../support/phone-subscription.ts";
import { RelayedSwitch } from "../../../support/relayed-switch.ts";
import type { RtpEnd } from "../../../support/rtp-end.ts";
import type { PhoneCall } from "../../../support/sip-phone.ts";
import { testSdp } from "../../../support/test-sdp.ts";

/** `id state remote` of each dialog. */
function dialogsIn(body: string): string[] {
  const elements = [...body.matchAll(/<dialog id="(\w+)".*?<state>(\w+)<\/state>(.*?)<\/dialog>/g)];
  return elements.map(([, id = "", state = "", rest = ""]) => {
    const remote = /<remote><identity[^>]*>sip:(\w+)@/.exec(rest)?.[1] ?? "nobody";
    return `${id} ${state} ${remote}`;
  });
}

describe("lamps of a call that is transferred", () => {
  let relayed: RelayedSwitch;
  beforeEach(async () => {
    relayed = await RelayedSwitch.start();
  });
  afterEach(async () => {
    await relayed.stop();
  });

  async function takeInvites(call: PhoneCall, rtp: RtpEnd): Promise<void> {
    for (let taken = 0; taken < 10; taken += 1) {
      const invite = await call.request("INVITE", 3_000);
      call.respond(invite, 200, { sdp: testSdp(rtp.port) });
    }
  }

  it("given a call, when the callee transfers it, then the lamp of who stays never goes out, and each shows who talks to whom", async () => {
    const { node } = relayed;
    const [alice, bob, carol] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
    const watcher = await node.phone("1004");
    const [aliceRtp, bobRtp, carolRtp] = [await relayed.rtp(), await relayed.rtp(), await relayed.rtp()];
    const watch = async (user: string): Promise<PhoneCall> => {
      const { dialog } = await subscribe(watcher, node.server, { user, event: "dialog" });
      await takeNotify(dialog);
      return dialog;
    };
    const [ofAlice, ofBob, ofCarol] = [await watch("1001"), await watch("1002"), await watch("1003")];
    /** Takes documents until one has this; returns what all of them had. */
    const until = async (dialog: PhoneCall, wanted: RegExp): Promise<string[]> => {
      const seen: string[] = [];
      for (;;) {
        const dialogs = dialogsIn((await takeNotify(dialog)).body);
        seen.push(...dialogs);
        if (dialogs.some((one) => wanted.test(one))) return seen;
      }
    };
    const { near, far } = await establish(alice, bob, {
      near: { sdp: testSdp(aliceRtp.port) },
      far: { sdp: testSdp(bobRtp.port) },
    });
    const before = await until(ofAlice, / confirmed 1002$/);
    void takeInvites(near, aliceRtp).catch(() => undefined);
    far.send("REFER", { headers: [["Refer-To", "<sip:1003@127.0.0.1>"]] });
    const target = await carol.offered();
    await target.answer({ sdp: testSdp(carolRtp.port) });
    void takeInvites(target, carolRtp).catch(() => undefined);
    const after = await until(ofAlice, / confirmed 1003$/);
    assert.ok(!after.some((one) => one.includes("terminated")), after.join("\n"));
    const ids = new Set([...before, ...after].map((one) => one.split(" ")[0]));
    assert.equal(ids.size, 1, [...before, ...after].join("\n"));
    await until(ofCarol, / confirmed 1001$/);
    await until(ofBob, / terminated /);
  });
});
