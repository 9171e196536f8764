import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { CtiStage } from "../../support/cti-stage.ts";
import { tandemOn } from "../../support/tandem-shell.ts";

describe("tandem cti with words that cannot be", () => {
  const cleanup = new Cleanup();
  let stage: CtiStage;
  before(async () => {
    stage = await CtiStage.start(cleanup, [], { orphanGraceSeconds: 60 });
  });
  after(() => cleanup.run());

  const CASES: readonly (readonly [words: string, exitCode: number, says: RegExp])[] = [
    ["cti sessions --nonsense", 64, /unknown option '--nonsense'/],
    ["cti close-session", 64, /missing required argument 'id'/],
    ["cti close-session no-such-session", 1, /there is no such session/],
    ["cti audit --limit 0", 64, /A count is a number from 1 to 10000/],
    ["cti audit --from yesterday", 64, /A time is a date, or such as 2026-11-27T08:00:00Z/],
    ["cti audit --to 2026-13-40", 64, /A time is a date/],
    ["cti token create", 64, /required option '--for <user>' not specified/],
    ["cti token create --for nobody", 1, /there is no user nobody \(missing-reference\)/],
    ["cti token create --for application --expires soon", 64, /--expires soon: expected a time to come/],
    ["cti token create --for application --expires 2001-01-01", 64, /expected a time to come/],
    ["cti token create --for application --rate 0", 64, /A whole number is expected/],
    ["cti token create --for application --verbs call.hold,call.explode", 64, /there is no method call\.explode/],
    ["cti token create --for application --devices ,", 64, /has an empty entry/],
    ["cti token revoke no-such-token", 1, /there is none \(not-found\)/],
    ["cti watch --device no-such-device", 1, /there is no device no-such-device that cli may see/],
    ["cti watch --line 4711", 1, /there is no line 4711 that cli may see \(CLIENT_NOT_KNOWN\)\n.*nothing was done/],
    ["cti watch --call no-such-call", 1, /\(NOT_FOUND_CALL\)/],
    ["cti watch --type call.explode", 64, /There are no events of such a type/],
    ["cti call phone-1001 1002 --timeout 0", 64, /A time is a number of seconds/],
    ["cti hold 4711", 1, /4711/],
    ["cti quality", 64, /missing required argument 'call'/],
    ["cti quality no-such-call", 1, /\(NOT_FOUND_CALL\)/],
    ["cti quality any-call --device no-such-device", 1, /\(NOT_FOUND_DEVICE\)/],
    ["cti auto-answer phone-1001 perhaps", 64, /auto-answer: say on or off/],
    ["cti redirect phone-1001 1002 --header X-A", 64, /redirect: X-A is not "X-Name: value"/],
    ["cti call phone-1001 1002 --header X-A:", 64, /call: X-A: is not "X-Name: value"/],
    ["cti transfer phone-1001 --header X-A:1", 64, /transfer: --header needs a number to call/],
    ["cti redirect phone-1001 1002 --header From:1", 1, /\(VALIDATION_HEADER\)/],
  ];
  for (const [words, exitCode, says] of CASES) {
    it(`given ${words}, when it is run, then it says what is wrong, and ends with ${exitCode}`, async () => {
      const run = await tandemOn(stage.node, words.split(" "));
      assert.match(run.err, says);
      assert.deepEqual([run.exitCode, run.out], [exitCode, ""]);
    });
  }

  it("given nothing wrong that could have been made, when tokens and the audit are listed, then there is nothing", async () => {
    assert.match((await tandemOn(stage.node, ["cti", "token", "list"])).err, /there is no token/);
    const audit = await tandemOn(stage.node, ["cti", "audit", "--from", "2026-01-01", "--user", "nobody"]);
    assert.deepEqual([audit.exitCode, audit.err.trim()], [0, "nothing of that kind is on record"]);
  });

  it("given CTIManager that is not there, when it is asked, then that is said, and the exit code is 69", async () => {
    await stage.node.killSupervisor();
    await stage.node.killService("ctimanager");
    for (const words of [
      ["cti", "sessions"],
      ["cti", "audit"],
      ["cti", "watch"],
      ["cti", "devices"],
    ]) {
      const { exitCode, err } = await tandemOn(stage.node, words);
      assert.equal(exitCode, 69, `${words.join(" ")}: ${err}`);
      assert.notEqual(err, "");
    }
    await stage.node.startSupervisor();
  });
});
