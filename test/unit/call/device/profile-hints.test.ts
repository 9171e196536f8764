import assert from "node:assert/strict";
import { silentLogger } from "../../../../src/common/index.ts";
import { ProfileHints, profileWarning } from "../../../../src/call/device/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { phoneOf, sampleInventory, samplePhone, sampleProfile } from "./sample-devices.ts";

describe("ProfileHints", () => {
  const linphone = sampleProfile({ name: "linphone" });
  const inventory = sampleInventory([samplePhone("1001", { profile: linphone }), samplePhone("1002")]);
  const [phone, other] = [phoneOf(inventory, "1001"), phoneOf(inventory, "1002")];
  let clock: ManualClock;
  let logged: string[];
  let hints: ProfileHints;
  beforeEach(() => {
    clock = new ManualClock();
    logged = [];
    const logger = { ...silentLogger, warn: (_: string, fields?: object) => void logged.push(JSON.stringify(fields)) };
    hints = new ProfileHints({ clock, logger, profiles: ["baresip", "linphone", "standard-phone"] });
  });

  it("given something that does not fit, when it is noted again and again, then it is logged once an hour", () => {
    for (let minutes = 0; minutes < 60; minutes += 1) {
      hints.note(phone, "asks too often");
      clock.advance(59_000);
    }
    assert.equal(logged.length, 1);
    assert.match(logged[0] ?? "", /"device":"phone-1001","profile":"linphone","hint":"asks too often"/);
    clock.advance(60_000);
    hints.note(phone, "asks too often");
    assert.equal(logged.length, 2);
    hints.note(phone, "something else");
    hints.note(other, "asks too often");
    assert.equal(logged.length, 4);
    assert.equal(hints.of("phone-1001"), "something else");
  });

  it("given a user agent that another profile is made for, when it registers, then that is said", () => {
    hints.registered(phone, "baresip v1.0.0 (x86_64/linux)");
    assert.equal(
      hints.of("phone-1001"),
      "it says that it is baresip v1.0.0 (x86_64/linux); there is a SIP profile baresip for that",
    );
    hints.registered(phone, `Baresip ${"x".repeat(200)}`);
    assert.ok((hints.of("phone-1001") ?? "").length < 150);
  });

  it("given a phone that fits, when it registers, then nothing is said any more", () => {
    for (const agent of ["Linphone/5.1 (baresip core)", "Acme 1", undefined]) {
      hints.note(phone, "asks too often");
      hints.registered(phone, agent);
      assert.equal(hints.of("phone-1001"), undefined);
    }
  });

  it("given a phone that is gone, when it is forgotten, then so is what was said of it", () => {
    hints.note(phone, "asks too often");
    hints.forget("phone-1001");
    assert.equal(hints.of("phone-1001"), undefined);
  });

  it("given any text, when it is put into a Warning, then it is one quoted string", () => {
    assert.deepEqual(profileWarning('a "b" \\ c\r\nd é'), ["Warning", '399 tandem "a ?b? ? c??d ?"']);
  });
});
