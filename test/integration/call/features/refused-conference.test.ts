import assert from "node:assert/strict";
import type { CommandResult } from "../../../../src/call/model/index.ts";
import { establish, requestsTo, roundTrip, type EstablishedCall } from "../../../support/established-call.ts";
import type { SipPhone } from "../../../support/sip-phone.ts";
import { SwitchFixture } from "../../../support/switch-fixture.ts";

describe("a conference that the relay refuses", () => {
  let node: SwitchFixture;
  let phones: SipPhone[];
  let first: EstablishedCall;
  let second: EstablishedCall;
  beforeEach(async () => {
    node = await SwitchFixture.start();
    phones = [];
    for (const number of ["1001", "1002", "1003"]) phones.push(await node.phone(number));
    const [alice, bob, carol] = phones;
    first = await establish(alice ?? assert.fail(), bob ?? assert.fail());
    second = await establish(alice ?? assert.fail(), carol ?? assert.fail());
  });
  afterEach(async () => {
    await node.stop();
  });

  const conference = (): Promise<CommandResult> =>
    node.manager.features.command({ type: "conference", device: "phone-1001" });

  /** Who is connected with whom, and that nobody was told anything. */
  async function assertAsTheyWere(): Promise<void> {
    for (const party of [first.near, first.far, second.near, second.far]) await roundTrip(party);
    for (const phone of phones) assert.deepEqual([...requestsTo(phone, "BYE"), ...reinvitesTo(phone)], []);
    assertConnected();
  }

  function assertConnected(): void {
    const connected = node.manager.features
      .callsNow()
      .map(({ connections }) => connections.map(({ devices }) => devices[0]?.leg?.connectedTo));
    assert.deepEqual(connected, [
      ["phone-1002", "phone-1001"],
      ["phone-1003", "phone-1001"],
    ]);
  }

  /** INVITEs inside dialogs. */
  function reinvitesTo(phone: SipPhone): unknown[] {
    return requestsTo(phone, "INVITE").filter((one) => /;tag=/.test(one.get("to") ?? ""));
  }

  for (const code of ["conference-full", "no-ports"] as const) {
    it(`given two calls, when the relay says ${code} to one of the legs, then that is told and both are as they were`, async () => {
      node.relay.failures.push({ kind: "offer", code });
      const result = await conference();
      assert.deepEqual([result.ok, result.ok ? "" : result.failure], [false, "no-bridge"]);
      await assertAsTheyWere();
    });
  }

  it("given a relay that is away, when a conference is asked for, then nothing is touched, nor for a callmanager that was started again", async () => {
    node.relay.connected = false;
    const sessions = [...node.relay.sessions.keys()];
    const result = await conference();
    node.relay.connected = true;
    assert.deepEqual([result.ok, result.ok ? "" : result.failure], [false, "no-bridge"]);
    assert.deepEqual([...node.relay.sessions.keys()], sessions);
    await assertAsTheyWere();
    await node.killManager();
    await node.startManager();
    assert.equal(node.metric("tandem_calls"), 2);
    assertConnected();
  });
});
