import assert from "node:assert/strict";
import type { PhoneSource } from "../../../src/call/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { establish, hangUp } from "../../support/established-call.ts";
import type { SipPhone } from "../../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

/** A device with the lines 1001 and 1002, whose digest user is 1001; 1003 and 1004 are devices of their own. */
const TWO_LINES: readonly Partial<PhoneSource>[] = [
  { displayName: "First" },
  { name: "phone-1001", user: "1001", displayName: "Second" },
];

describe("devices with several lines", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  const start = async (phones = TWO_LINES): Promise<SwitchFixture> =>
    cleanup.add(await SwitchFixture.start({ phones }), (node) => node.stop());
  const statusOf = async (from: SipPhone, number: string): Promise<number | undefined> => {
    const call = await from.call(number, { sdp: testSdp(4_000) });
    return (await call.invite?.final())?.status;
  };
  const ringing = async (from: SipPhone, to: SipPhone): Promise<() => Promise<void>> => {
    const near = await from.call(to.number, { sdp: testSdp(4_000) });
    const far = await to.offered();
    return async () => {
      const acked = far.answer({ sdp: testSdp(5_000) });
      await near.established();
      await acked;
      await hangUp(near, far);
    };
  };

  it("given a device that registers each line, when either is called, then the contact of that line rings", async () => {
    const node = await start();
    const first = await node.phone("1001");
    const second = await node.phone("1002", { authUser: "1001" });
    const other = await node.phone("1003");
    for (const line of [first, second]) {
      const { near, far } = await establish(other, line);
      await hangUp(near, far);
    }
    const rows = node.manager.views.registrations();
    assert.deepEqual(
      rows.map(({ aor, phone }) => [aor, phone]),
      [
        ["1001", "phone-1001"],
        ["1002", "phone-1001"],
        ["1003", "phone-1003"],
      ],
    );
  });

  it("given a device with one line registered, when the other is called, then nobody is there", async () => {
    const node = await start();
    await node.phone("1001");
    assert.equal(await statusOf(await node.phone("1003"), "1002"), 480);
  });

  it("given as many contacts as the profile allows, when another line registers, then it has its own", async () => {
    const registration = { ...TEST_PROFILE.registration, maxContacts: 1 };
    const profile = { ...TEST_PROFILE, registration };
    const node = await start(TWO_LINES.map((line) => ({ ...line, profile })));
    await node.phone("1001");
    await node.phone("1002", { authUser: "1001" });
    assert.equal(node.manager.views.registrations().length, 2);
    const again = await node.phone("1001");
    const rows = node.manager.views
      .registrations()
      .map(({ aor, contactUri }) => [aor, contactUri.includes(`:${again.port}`)]);
    assert.deepEqual(rows.sort(), [
      ["1001", true],
      ["1002", false],
    ]);
  });

  it("given a device, when it calls, then From picks the line, and a number that is not its own picks its first one", async () => {
    const node = await start();
    const other = await node.phone("1003");
    for (const [from, shown, name] of [
      ["1002", "1002", "Second"],
      ["1001", "1001", "First"],
      ["1004", "1001", "First"],
      ["nobody", "1001", "First"],
    ] as const) {
      const caller = await node.phone(from, { registered: false, authUser: "1001" });
      const { near, far, offered } = await establish(caller, other);
      assert.match(offered.get("from") ?? "", new RegExp(`^"?${name}"? <sip:${shown}@`));
      await hangUp(near, far);
    }
  });

  it("given a number of another device, when it is registered, then that is refused and nothing is bound", async () => {
    const node = await start();
    const foreign = await node.phone("1003", { registered: false, authUser: "1001" });
    assert.equal((await foreign.register()).status, 403);
    assert.deepEqual(node.manager.views.registrations(), []);
  });

  it("given a device without credentials, when somebody registers for it, then it is like one that is not there; calls to it get 480", async () => {
    const sha = { ...TEST_PROFILE, digestAlgorithms: ["SHA-256"] } as const;
    const none = { ha1: { MD5: "0".repeat(32), "SHA-256": "0".repeat(64) } };
    const node = await start([{}, { user: "", secret: none, profile: sha }]);
    const answers = [];
    for (const number of ["1002", "9999"]) {
      const phone = await node.phone(number, { registered: false });
      const { status, text } = await phone.register();
      answers.push(status, /algorithm=[^,\s]*/.exec(text)?.[0]);
    }
    assert.deepEqual(answers.slice(0, 2), answers.slice(2));
    assert.ok(answers[0] === 401 || answers[0] === 403);
    assert.equal(await statusOf(await node.phone("1003"), "1002"), 480);
  });

  describe("limits", () => {
    const limited = (maxCalls: number, busyTrigger: number): Partial<PhoneSource> => ({
      maxCalls: 8,
      lineLimits: { maxCalls, busyTrigger },
    });

    it("given a line with as many calls as make it busy, when it is called, then 486; it may call still, up to its maximum", async () => {
      const node = await start([limited(2, 1)]);
      const line = await node.phone("1001");
      const [second, third] = [await node.phone("1002"), await node.phone("1003")];
      const answerFirst = await ringing(second, line);
      assert.equal(await statusOf(third, "1001"), 486);
      const answerOwn = await ringing(line, third);
      assert.equal(await statusOf(line, "1004"), 486);
      await answerFirst();
      await answerOwn();
      const { near, far } = await establish(third, line);
      await hangUp(near, far);
      await node.settled(5);
    });

    it("given a busy line, when the other line of its device is called, then it rings", async () => {
      const node = await start([limited(1, 1), { ...limited(1, 1), name: "phone-1001", user: "1001" }]);
      const [first, second] = [await node.phone("1001"), await node.phone("1002", { authUser: "1001" })];
      const [third, fourth] = [await node.phone("1003"), await node.phone("1004")];
      const answer = await ringing(third, first);
      assert.equal(await statusOf(fourth, "1001"), 486);
      const { near, far } = await establish(fourth, second);
      await hangUp(near, far);
      await answer();
    });

    it("given a line in a call, when call control starts again, then the call counts", async () => {
      const node = await start([limited(1, 1)]);
      const [first, second, third] = [await node.phone("1001"), await node.phone("1002"), await node.phone("1003")];
      const { near, far } = await establish(second, first);
      await node.killManager();
      await node.startManager();
      assert.equal(await statusOf(third, "1001"), 486);
      await hangUp(near, far);
      await node.settled(2);
      const again = await establish(third, first);
      await hangUp(again.near, again.far);
    });

    it("given a device with as many calls as it may have, when its other line is called, then 486", async () => {
      const node = await start([{ maxCalls: 1 }, { ...TWO_LINES[1], maxCalls: 1 }]);
      const first = await node.phone("1001");
      await node.phone("1002", { authUser: "1001" });
      const [third, fourth] = [await node.phone("1003"), await node.phone("1004")];
      const answer = await ringing(third, first);
      assert.equal(await statusOf(fourth, "1002"), 486);
      await answer();
    });
  });
});
