import assert from "node:assert/strict";
import type { EnduringCall } from "../../support/enduring-call.ts";
import { EnduringPhone } from "../../support/enduring-phone.ts";
import { eventually } from "../../support/eventually.ts";
import { SwitchFixture } from "../../support/switch-fixture.ts";

const WITHIN = { timeoutMs: 4_000, intervalMs: 10 };

describe("phones over TCP that lose their connection with the edge", () => {
  let node: SwitchFixture;
  const phones: EnduringPhone[] = [];

  beforeEach(async () => {
    node = await SwitchFixture.start();
  });
  afterEach(async () => {
    for (const phone of phones.splice(0)) await phone.close();
    await node.stop();
  });

  async function phone(user: string, hasInstance: boolean): Promise<EnduringPhone> {
    const port = node.edge.addresses.find(({ protocol }) => protocol === "tcp")?.port ?? 0;
    const server = { protocol: "tcp", address: "127.0.0.1", port } as const;
    const started = await EnduringPhone.start({ server, user, password: "secret", hasInstance });
    phones.push(started);
    return started;
  }

  async function established(hasInstance: boolean): Promise<{ near: EnduringCall; far: EnduringCall }> {
    const caller = await phone("1001", hasInstance);
    const callee = await phone("1002", hasInstance);
    const near = await caller.call("1002", "one");
    return { near, far: await callee.incoming.take(() => true, "call") };
  }

  async function reconnected(): Promise<void> {
    await Promise.all(phones.map((one) => one.isRegistered()));
  }

  for (const hasInstance of [true, false]) {
    for (const by of ["caller", "callee"] as const) {
      it(`given phones ${hasInstance ? "with" : "without"} an instance that registered anew, when the ${by} holds and hangs up, then the other gets both`, async () => {
        const { near, far } = await established(hasInstance);
        await node.restartEdge();
        await reconnected();
        const [self, other] = by === "caller" ? [near, far] : [far, near];
        await self.change("sendonly");
        assert.deepEqual(other.asked, ["sendonly"]);
        await self.hangUp();
        await other.hasEnded(2_000);
        await node.settled(1);
      });
    }
  }

  it("given phones that registered anew, when the edge ends a dialog by itself, then the phone gets its BYE", async () => {
    const { near, far } = await established(false);
    const asked = new Set<EnduringPhone>();
    for (const one of phones) {
      one.losesIncoming = ({ method }) => {
        if (method === "OPTIONS") asked.add(one);
        return false;
      };
    }
    await node.restartEdge();
    await reconnected();
    await eventually(() => assert.deepEqual([asked.size, node.metric("tandem_sip_open_requests")], [2, 0]), WITHIN);
    const dialogId = node.edge.listDialogs().find((one) => one.callId === near.parts.callId)?.dialogId ?? "";
    node.edge.endDialog(dialogId, 'SIP;cause=408;text="Session timer expired"');
    await Promise.all([near.hasEnded(2_000), far.hasEnded(2_000)]);
    await node.settled(1);
  });
});
