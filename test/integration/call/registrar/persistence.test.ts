import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { silentLogger } from "../../../../src/common/index.ts";
import type { RegisterFacts } from "../../../../src/call/registrar/register-facts.ts";
import { Registrar, type RegistrarOptions } from "../../../../src/call/registrar/registrar.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";
import { phoneOf, sampleInventory, samplePhone } from "../../../unit/call/device/sample-devices.ts";

const START_MS = 1_700_000_000_000;

describe("registrations over a restart", () => {
  const inventory = sampleInventory([samplePhone("1001"), samplePhone("1002")]);
  let directory: TemporaryDirectory;
  let journalPath: string;
  let clock: ManualClock;
  let registrar: Registrar;
  const open = (options: Partial<RegistrarOptions> = {}): Registrar =>
    new Registrar({ inventory, clock, logger: silentLogger, journalPath, ...options });
  /** Closes the registrar and opens another one `downMs` later in a process of its own. */
  const restart = (downMs = 0, options: Partial<RegistrarOptions> = {}): void => {
    registrar.close();
    clock = new ManualClock(clock.wallMs() + downMs);
    registrar = open(options);
  };
  const register = (contacts: readonly string[], facts: Partial<RegisterFacts> = {}): number => {
    const phone = phoneOf(inventory, "1001");
    const source = { protocol: "tcp", address: "192.0.2.7", port: 40_112 };
    return registrar.register({ phone, contacts, callId: "c", cseq: 1, source, ...facts }).status;
  };

  beforeEach(() => {
    directory = new TemporaryDirectory("registrar");
    journalPath = directory.join("state", "registrations.journal");
    clock = new ManualClock(START_MS);
    registrar = open();
  });

  afterEach(() => {
    registrar.close();
    directory.close();
  });

  it("given bindings, when the process restarts, then they are all there as they were", () => {
    register(['<sip:a@192.0.2.7>;q=0.5;+sip.instance="<i>";reg-id=1'], { userAgent: "phone/1", expires: "120" });
    register(["<sip:b@192.0.2.8>"], { path: ["<sip:p;lr>"], supported: ["path"], phone: phoneOf(inventory, "1002") });
    const before = [...registrar.lookup("1001"), ...registrar.lookup("1002")];
    restart(20_000);
    assert.deepEqual([...registrar.lookup("1001"), ...registrar.lookup("1002")], before);
    assert.equal(registrar.list()[0]?.remainingSeconds, 100);
    assert.equal(registrar.hasBindingFrom("192.0.2.7"), true);
  });

  it("given a process that dies without closing, when its event-loop turn was over, then nothing is lost", async () => {
    register(["<sip:a@h>"]);
    await new Promise((resolve) => setImmediate(resolve));
    const survivor = open();
    assert.equal(survivor.lookup("1001").length, 1);
    survivor.close();
  });

  it("given a password that was changed while the process was down, when it starts, then what was registered with the old one is left out", () => {
    register(["<sip:a@h>"]);
    register(["<sip:b@h>"], { phone: phoneOf(inventory, "1002") });
    restart(0, {
      inventory: sampleInventory([samplePhone("1001", { secret: { password: "another" } }), samplePhone("1002")]),
    });
    assert.deepEqual(registrar.lookup("1001"), []);
    assert.equal(registrar.lookup("1002").length, 1);
  });

  it("given bindings of a version that did not know credentials by a mark, when it starts, then they are there", () => {
    register(["<sip:a@h>"]);
    registrar.close();
    const text = readFileSync(journalPath, "utf8");
    assert.match(text, /"keyMark":"[0-9a-f]{8}"/);
    writeFileSync(journalPath, text.replace(/,"keyMark":"[0-9a-f]{8}"/g, ""));
    registrar = open();
    assert.equal(registrar.lookup("1001").length, 1);
  });

  it("given bindings that ended while the process was down, when it starts, then they are left out", () => {
    register(["<sip:a@h>;expires=60, <sip:b@h>;expires=120"]);
    restart(60_000);
    assert.equal(registrar.counters()[0]?.value, 1);
    assert.deepEqual(
      registrar.lookup("1001").map(({ contactUri }) => contactUri),
      ["sip:b@h"],
    );
    clock.advance(60_000);
    assert.deepEqual([registrar.lookup("1001"), clock.activeTimers], [[], 0]);
  });

  it("given what was removed or expired, when the process restarts, then it does not come back", () => {
    register(["<sip:a@h>;expires=60"]);
    register(["<sip:b@h>"], { phone: phoneOf(inventory, "1002") });
    register(["*"], { expires: "0", cseq: 2, phone: phoneOf(inventory, "1002") });
    clock.advance(60_000);
    registrar.close();
    // A wall clock set back must not bring them back either.
    clock = new ManualClock(START_MS);
    registrar = open();
    assert.deepEqual(registrar.list(), []);
  });

  it("given the last binding of a phone, when it goes, then the file says that the phone has none", () => {
    register(["<sip:a@h>"]);
    register(["*"], { expires: "0", cseq: 2 });
    registrar.close();
    assert.equal(readFileSync(journalPath, "utf8").trimEnd().split("\n").at(-1), '{"k":"1001"}');
  });

  it("given a restored binding, when an older request with its Call-ID comes, then it is out of order", () => {
    register(["<sip:a@h>"], { cseq: 7 });
    restart();
    assert.equal(register(["<sip:a@h>"], { cseq: 7 }), 400);
    assert.equal(register(["<sip:a@h>"], { cseq: 8 }), 200);
  });

  it("given a phone that is no longer configured, when the process starts, then its bindings are left out", () => {
    register(["<sip:a@h>"]);
    restart(0, { inventory: sampleInventory([samplePhone("1002")]) });
    assert.deepEqual(registrar.list(), []);
    assert.equal(readFileSync(journalPath, "utf8"), "");
  });

  it("given a damaged file, when the process starts, then what can be read is there", () => {
    register(["<sip:a@h>"]);
    registrar.close();
    appendFileSync(
      journalPath,
      '{"k":"1002","v":[{"aor":"1002"}]}\n{"k":"1002","v":7}\nnot json\n{"k":"1001","v":[{"ao',
    );
    registrar = open();
    assert.deepEqual(
      registrar.list().map(({ contactUri }) => contactUri),
      ["sip:a@h"],
    );
  });

  it("given a binding stored under another number, when the process starts, then it is left out", () => {
    register(["<sip:a@h>"]);
    registrar.close();
    writeFileSync(journalPath, readFileSync(journalPath, "utf8").replace('"k":"1001"', '"k":"1002"'));
    registrar = open();
    assert.deepEqual(registrar.list(), []);
  });

  it("given more bindings than are now allowed, when the process starts, then only so many are restored", () => {
    register(["<sip:a@h>, <sip:b@h>, <sip:c@h>"]);
    restart(0, { maxBindings: 2 });
    assert.equal(registrar.list().length, 2);
  });

  it("given two thousand refreshes, when the process restarts, then the file holds only what lives", () => {
    for (let cseq = 1; cseq <= 2_000; cseq += 1) register([`<sip:a@h>;x=${cseq}`], { cseq });
    restart();
    assert.equal(registrar.list().length, 1);
    assert.equal(readFileSync(journalPath, "utf8").split("\n").length, 2);
  });

  it("given a closed registrar, when it is closed again, then nothing happens", () => {
    register(["<sip:a@h>"]);
    registrar.close();
    registrar.close();
    assert.equal(clock.activeTimers, 0);
  });
});
