import assert from "node:assert/strict";
import type { InputOf, Operation } from "../../../../src/database/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { CtiReader } from "../../../support/cti-reader.ts";
import { eventually } from "../../../support/eventually.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";
import type { PhoneCall, SipPhone } from "../../../support/sip-phone.ts";
import { testSdp } from "../../../support/test-sdp.ts";

const MANAGER = "test/ctimanager";
const NUMBERS = ["1001", "1002", "1003", "1004"];
const PORT: readonly Operation[] = [
  put("directory-number", { number: "6000", forwarding: { noAnswer: { internal: "1003" } } }),
  put("cti-port", { name: "port", lines: [{ directoryNumber: "6000" }] }),
];

describe("why calls go elsewhere, and by whom", () => {
  const cleanup = new Cleanup();
  let reader: CtiReader;
  let configured: ConfiguredSwitch;
  let alice: SipPhone;
  let bob: SipPhone;
  let carol: SipPhone;
  let dave: SipPhone;
  afterEach(() => cleanup.run());

  async function start(...more: readonly Operation[]): Promise<void> {
    configured = await startConfiguredSwitch(cleanup, [...phoneOperations([NUMBERS[0] ?? ""]), ...others(), ...more]);
    const { node } = configured;
    [alice, bob] = [await node.phone("1001"), await node.phone("1002")];
    [carol, dave] = [await node.phone("1003"), await node.phone("1004")];
    reader = new CtiReader();
    node.manager.cti.feed.attach({ manager: MANAGER, observesCalls: true }, reader);
  }
  const others = (): Operation[] => NUMBERS.slice(1).flatMap((number) => phoneOperations([number]));
  const hunting = (
    group: Partial<InputOf<"line-group">> = {},
    pilot: Partial<InputOf<"hunt-pilot">> = {},
  ): readonly Operation[] => [
    put("line-group", { name: "sales", members: ["1002@internal", "1003@internal"], ringSeconds: 1, ...group }),
    put("hunt-pilot", { pattern: "5000", lineGroups: ["sales"], ...pilot }),
  ];

  /** What connections in a state were told for: `number state cause feature detail/by`. */
  const toldOf = (...states: readonly string[]): string[] => {
    const numbers = new Map<string, string>();
    return reader.signals.flatMap(({ signal }) => {
      if (signal.kind !== "call") return [];
      return signal.changes.flatMap((change) => {
        if (change.type !== "connection") return [];
        if (change.party !== undefined) numbers.set(change.connectionId, change.party.number);
        const number = numbers.get(change.connectionId) ?? "";
        const { cause, feature, detail = "-", by } = change.why;
        return states.includes(change.state) && number !== "1001"
          ? [`${number} ${change.state} ${cause} ${feature} ${detail}/${by}`]
          : [];
      });
    });
  };
  const until = (...expected: readonly string[]): Promise<void> =>
    eventually(
      () => {
        assert.deepEqual(toldOf("offered", "disconnected"), expected);
      },
      { timeoutMs: 3_000 },
    );
  const dials = (number: string): Promise<PhoneCall> => alice.call(number, { sdp: testSdp(4_000) });
  async function rings(phone: SipPhone): Promise<PhoneCall> {
    const offered = await phone.offered();
    offered.respond(offered.offer ?? assert.fail(), 180);
    return offered;
  }
  async function says(phone: SipPhone, status: number, headers: readonly [string, string][] = []): Promise<void> {
    const offered = await phone.offered();
    offered.respond(offered.offer ?? assert.fail(), status, { headers });
  }

  it("given a hunt, when a member does not answer, then a timer has it out, and the next one in", async () => {
    await start(...hunting());
    await dials("5000");
    await rings(bob);
    await rings(carol);
    await until("1002 offered 16 hunt -/system", "1002 disconnected 19 hunt -/timer", "1003 offered 16 hunt -/timer");
  });

  it("given a hunt, when a member refuses, then no timer has to do with it", async () => {
    await start(...hunting({ ringSeconds: 20 }));
    await dials("5000");
    await says(bob, 486);
    await rings(carol);
    await until("1002 offered 16 hunt -/system", "1002 disconnected 19 hunt -/system", "1003 offered 16 hunt -/system");
  });

  it("given a hunt that is over, when nobody has answered, then the call is forwarded for want of coverage, by a timer", async () => {
    await start(...hunting({ members: ["1002@internal"] }, { noCoverage: "1004" }));
    await dials("5000");
    await rings(bob);
    await rings(dave);
    await until(
      "1002 offered 16 hunt -/system",
      "1002 disconnected 19 forward-no-answer no-coverage/timer",
      "1004 offered 16 forward-no-answer no-coverage/timer",
    );
  });

  it("given a hunt that is over, when the member was busy, then the call is forwarded by the system", async () => {
    await start(...hunting({ members: ["1002@internal"], ringSeconds: 20 }, { noCoverage: "1004" }));
    await dials("5000");
    await says(bob, 486);
    await rings(dave);
    const [, gone, offered] = toldOf("offered", "disconnected");
    assert.match(gone ?? "", /^1002 disconnected 19 forward-no-answer no-coverage\/system$/);
    assert.match(offered ?? "", /^1004 offered 16 forward-no-answer no-coverage\/system$/);
  });

  it("given a line that forwards when nobody answers, when that is so, then a timer has done it", async () => {
    await start(
      put("directory-number", { number: "1002", noAnswerSeconds: 1, forwarding: { noAnswer: { internal: "1003" } } }),
    );
    await dials("1002");
    await rings(bob);
    await rings(carol);
    await until(
      "1002 offered 16 normal -/party",
      "1002 disconnected 19 forward-no-answer -/timer",
      "1003 offered 16 forward-no-answer -/timer",
    );
  });

  it("given a CTI port that no application has open, when it is called, then the call is forwarded at once, and no timer has done it", async () => {
    await start(...PORT);
    await dials("6000");
    await rings(carol);
    await until("1003 offered 16 forward-no-answer not-open/system");
  });

  it("given a phone that names another place, when it is called, then the party has done it", async () => {
    await start();
    await dials("1002");
    await says(bob, 302, [["Contact", "<sip:1003@tandem.test>"]]);
    await rings(carol);
    await until(
      "1002 offered 16 normal -/party",
      "1002 disconnected 19 redirection-3xx -/party",
      "1003 offered 16 redirection-3xx -/party",
    );
  });

  it("given a switch that is stopped, when a call rings, then it is over for that", async () => {
    await start();
    await dials("1002");
    await rings(bob);
    await until("1002 offered 16 normal -/party");
    await configured.node.manager.endCalls(1_000);
    await until("1002 offered 16 normal -/party", "1002 disconnected 41 normal shutdown/system");
  });
});
