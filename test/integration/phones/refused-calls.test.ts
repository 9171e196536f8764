import assert from "node:assert/strict";
import { Baresip } from "../../support/baresip.ts";
import { Cleanup } from "../../support/cleanup.ts";
import { assertHears, callAndAnswer, hangUp } from "../../support/phone-calls.ts";
import { CALL_GAUGES, TandemNode } from "../../support/tandem-node.ts";

const PHONES = ["1001", "1002", "1003", "1004"].map((number) => ({
  name: `phone-${number}`,
  number,
  password: `demo-${number}`,
  maxCalls: number === "1003" ? 1 : 4,
}));

describe("calls that do not come about", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let caller: Baresip;

  before(async () => {
    node = cleanup.add(await TandemNode.start({ phones: PHONES, media: { rtpTimeoutSeconds: 10 } }), (started) =>
      started.stop(),
    );
  });

  after(async () => {
    await cleanup.run();
  });

  beforeEach(async () => {
    caller = await Baresip.registered({ toneHz: 440 }, node.account("1001"));
  });

  afterEach(async () => {
    await caller.close();
  });

  it("given a wrong password, when the phone registers, then it is refused and calls to it get 480", async () => {
    const stranger = await Baresip.start({ toneHz: 660 });
    try {
      await stranger.addAccount({ ...node.account("1002"), password: "wrong" });
      assert.match((await stranger.event("REGISTER_FAIL")).param ?? "", /40[13]/);
      await caller.dial("1002");
      assert.match(await caller.closedReason(), /480/);
      assert.equal(stranger.hasEvent("CALL_INCOMING"), false);
    } finally {
      await stranger.close();
    }
  });

  it("given a wrong password, when the phone calls, then it is refused and nothing rings", async () => {
    const stranger = await Baresip.start({ toneHz: 660 });
    try {
      await stranger.addAccount({ ...node.account("1002"), password: "wrong" });
      await stranger.event("REGISTER_FAIL");
      await stranger.dial("1001");
      assert.match(await stranger.closedReason(), /40[13]/);
      assert.equal(caller.hasEvent("CALL_INCOMING"), false);
    } finally {
      await stranger.close();
    }
  });

  it("given a number that nobody has, when it is dialed, then the caller gets 404", async () => {
    await caller.dial("7777");
    assert.match(await caller.closedReason(), /404/);
  });

  it("given a phone that is not registered, when it is dialed, then the caller gets 480", async () => {
    await caller.dial("1004");
    assert.match(await caller.closedReason(), /480/);
  });

  it("given a ringing phone, when it declines, then the caller gets 486", async () => {
    await withPhone(node, "1002", async (callee) => {
      await caller.dial("1002");
      await callee.event("CALL_INCOMING");
      await callee.hangup();
      assert.match(await caller.closedReason(), /486/);
    });
  });

  it("given a phone with as many calls as it may have, when it is dialed, then the caller gets 486", async () => {
    await withPhone(node, "1003", async (callee) => {
      await withPhone(node, "1002", async (first) => {
        await callAndAnswer(first, "1003", callee);
        await caller.dial("1003");
        assert.match(await caller.closedReason(), /486/);
        assert.equal(callee.hasEvent("CALL_INCOMING"), false);
        await assertHears(first, 660);
        await hangUp(first, callee);
      });
    });
  });

  it("given a ringing phone, when the caller cancels, then it stops ringing and nothing is left", async () => {
    await withPhone(node, "1002", async (callee) => {
      await caller.dial("1002");
      await callee.event("CALL_INCOMING");
      await caller.event("CALL_RINGING");
      await caller.hangup();
      await callee.closedReason();
      await nothingInCall(node);
    });
  });

  it("given a phone killed without unregistering, when it is dialed, then the caller is answered", async () => {
    const callee = await Baresip.registered({ toneHz: 660 }, node.account("1002"));
    try {
      await callee.kill();
      await caller.dial("1002");
      assert.match(await caller.closedReason(40_000), /408|480|503/);
      await nothingInCall(node);
    } finally {
      await callee.close();
    }
  });

  it("given a killed phone that is started again, when it is dialed, then the new one rings", async () => {
    const former = await Baresip.registered({ toneHz: 660 }, node.account("1002"));
    await former.kill();
    await former.close();
    await withPhone(node, "1002", async (callee) => {
      await callAndAnswer(caller, "1002", callee);
      await assertHears(caller, 660);
      await hangUp(caller, callee);
    });
  });

  it("given a call, when one phone is killed, then the other can hang up, and nothing is left", async () => {
    const callee = await Baresip.registered({ toneHz: 660 }, node.account("1002"));
    try {
      await callAndAnswer(caller, "1002", callee);
      await assertHears(caller, 660);
      await callee.kill();
      await caller.hangup();
      await nothingInCall(node);
    } finally {
      await callee.close();
    }
  });

  it("given a call, when both phones are killed, then it is ended for silence, and nothing is left", async () => {
    const phones = [
      await Baresip.registered({ toneHz: 550 }, node.account("1003")),
      await Baresip.registered({ toneHz: 660 }, node.account("1002")),
    ] as const;
    try {
      await callAndAnswer(phones[0], "1002", phones[1]);
      await assertHears(phones[0], 660);
      for (const phone of phones) await phone.kill();
      await node.zero(CALL_GAUGES, 20_000);
    } finally {
      for (const phone of phones) await phone.close();
    }
  });
});

async function withPhone(node: TandemNode, user: string, use: (phone: Baresip) => Promise<void>): Promise<void> {
  const phone = await Baresip.registered({ toneHz: 660 }, node.account(user));
  try {
    await use(phone);
  } finally {
    await phone.close();
  }
}

/** Waits until no call and no relay session is left; transactions may linger as RFC 3261 wants. */
async function nothingInCall(node: TandemNode): Promise<void> {
  await node.zero(CALL_GAUGES, 5_000);
}
