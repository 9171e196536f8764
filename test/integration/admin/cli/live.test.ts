import assert from "node:assert/strict";
import { EXIT } from "../../../../src/admin/index.ts";
import { ConfiguredCli } from "../../../support/configured-cli.ts";

/** As digit analysis answers. */
const EXPLANATION = {
  digits: "1002",
  from: "ann",
  callingNumber: "1001",
  at: "2026-11-26T12:00:00.000Z",
  steps: [
    {
      digits: "1002",
      partitions: [{ name: "internal", on: true }],
      candidates: [
        {
          ...{ pattern: "1002", kind: "directory-number", partition: "internal", position: 1, matches: "1" },
          ...{ urgent: false, blocked: false, outcome: "won", reason: "the only one that matches" },
        },
      ],
      omitted: 0,
      transformations: [],
    },
  ],
  result: { kind: "line", text: "rings 1002@internal on bob", number: "1002", more: false, devices: ["bob"] },
};

describe("what call control says, on the command line", () => {
  let cli: ConfiguredCli;
  let asked: unknown;
  beforeEach(async () => {
    cli = await ConfiguredCli.start({
      "device-states": () => [{ name: "ann", state: "registered", calls: 2, devicePool: "default" }],
      "line-states": () => [{ name: "1001@internal", state: "registered", calls: 1, forwarding: ["all", "busy"] }],
      trunks: () => [
        { name: "carrier", state: "up", sinceMs: 0 },
        { name: "spare", state: "down", sinceMs: 60_000, reason: "no-answer" },
      ],
      "toll-alarms": () => [{ atMs: 0, guard: "premium", device: "ann", called: "0900", refused: 2 }],
      "dial-plan-explain": (params) => {
        asked = params;
        return EXPLANATION;
      },
    });
    for (const name of ["ann", "bob"]) await cli.run(["phone", "add", name, "--line", "1001", "--sip-user", name]);
  });
  afterEach(() => cli.close());

  it("given devices, when their states are listed, then each is a row, also one that is not known yet", async () => {
    const { out } = await cli.run(["device", "states"]);
    assert.match(
      out,
      /^DEVICE +KIND +LINES +STATE +CALLS +POOL +DESCRIPTION\nann +phones +1001@internal +registered +2 +default$/m,
    );
    assert.match(out, /^bob +phones +1001@internal +unknown$/m);
    const rows = await cli.json<{ id: string; state: unknown }[]>(["device", "states"]);
    assert.deepEqual(rows[0]?.state, { name: "ann", state: "registered", calls: 2, devicePool: "default" });
  });

  it("given lines, when their states are listed, then each is a row with its devices", async () => {
    const { out } = await cli.run(["line", "states"]);
    assert.match(
      out,
      /^LINE +NAME +DEVICES +STATE +CALLS +FORWARDED\n1001@internal +ann bob +registered +1 +all busy$/m,
    );
  });

  it("given trunks, when their states are listed, then each is a row with its reason, and JSON on demand", async () => {
    const { out } = await cli.run(["trunk", "states"]);
    assert.match(
      out,
      /^TRUNK +STATE +SINCE +WHY\ncarrier +up +1970-01-01 00:00:00\nspare +down +1970-01-01 00:01:00 +no-answer$/m,
    );
    const rows = await cli.json<{ name: string }[]>(["trunk", "states"]);
    assert.deepEqual(
      rows.map(({ name }) => name),
      ["carrier", "spare"],
    );
  });

  it("given calls that guards have refused, when listed, then each is a row", async () => {
    const { out } = await cli.run(["toll-alarms"]);
    assert.match(out, /^AT +GUARD +DEVICE +CALLED +REFUSED\n1970-01-01 00:00:00 +premium +ann +0900 +2$/m);
  });

  it("given digits, when explained, then it is told step by step, and JSON on demand", async () => {
    const { exitCode, out } = await cli.run(["dial-plan", "explain", "ann", "1002"]);
    assert.equal(exitCode, EXIT.ok);
    assert.deepEqual(asked, { from: "ann", digits: "1002" });
    assert.match(out, /\* 1002 in internal .*: the only one that matches$/m);
    assert.match(out, /^Result: rings 1002@internal on bob$/m);
    assert.deepEqual(await cli.json(["dial-plan", "explain", "ann", "1002"]), EXPLANATION);
  });
});
