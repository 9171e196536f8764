import assert from "node:assert/strict";
import { silentLogger } from "../../../../src/common/index.ts";
import type { Binding } from "../../../../src/call/registrar/binding.ts";
import type { RegisterFacts } from "../../../../src/call/registrar/register-facts.ts";
import { Registrar, type RegisterResult, type RegistrarOptions } from "../../../../src/call/registrar/registrar.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { phoneOf, sampleInventory, samplePhone } from "../device/sample-devices.ts";

const SOURCE = { protocol: "udp", address: "192.0.2.7", port: 5060 };

describe("Registrar", () => {
  const inventory = sampleInventory([samplePhone("1001"), samplePhone("1002")]);
  let clock: ManualClock;
  let registrar: Registrar;
  let cseq: number;
  const makeRegistrar = (options: Partial<RegistrarOptions> = {}): Registrar =>
    new Registrar({ inventory, clock, logger: silentLogger, ...options });
  /** Registers 1001 with a rising CSeq. */
  const register = (contacts: readonly string[], facts: Partial<RegisterFacts> = {}): RegisterResult => {
    cseq += 1;
    const phone = phoneOf(inventory, "1001");
    return registrar.register({ phone, contacts, callId: "call-1", cseq, source: SOURCE, ...facts });
  };
  const headersOf = (result: RegisterResult): ReadonlyMap<string, string> => new Map(result.headers);
  const contactsOf = ({ headers }: RegisterResult): string[] =>
    headers.filter(([name]) => name === "Contact").map(([, value]) => value);
  const urisOf = (bindings: readonly Binding[]): string[] => bindings.map(({ contactUri }) => contactUri);

  beforeEach(() => {
    clock = new ManualClock();
    cseq = 0;
    registrar = makeRegistrar();
  });

  afterEach(() => registrar.close());

  it("given a first REGISTER, when it is done, then 200 lists the contact and it can be looked up", () => {
    const result = register(["<sip:1001@192.0.2.7:5060>"], { expires: "120", userAgent: "phone/1" });
    assert.equal(result.status, 200);
    assert.equal(headersOf(result).get("Contact"), "<sip:1001@192.0.2.7:5060>;expires=120");
    assert.equal(headersOf(result).get("Date"), new Date(clock.wallMs()).toUTCString());
    assert.deepEqual(registrar.lookup("1001"), [
      {
        aor: "1001",
        contactUri: "sip:1001@192.0.2.7:5060",
        callId: "call-1",
        cseq: 1,
        q: 1,
        refreshedAtMs: clock.wallMs(),
        sinceMs: clock.wallMs(),
        expiresAtMs: clock.wallMs() + 120_000,
        source: SOURCE,
        targetUri: "sip:1001@192.0.2.7:5060",
        userAgent: "phone/1",
        keyMark: registrar.lookup("1001")[0]?.keyMark,
      },
    ]);
    assert.match(registrar.lookup("1001")[0]?.keyMark ?? "", /^[0-9a-f]{8}$/);
    assert.deepEqual(registrar.lookup("1002"), []);
  });

  it("given a phone that is at home on other nodes, when it registers, then it gets 403 that says where, and people are told", () => {
    const notes: string[] = [];
    const hints = { note: (_: unknown, text: string) => void notes.push(text), registered: () => undefined };
    const choosy = makeRegistrar({ hints });
    const phone = { ...phoneOf(inventory, "1001"), homeElsewhere: ["n2", "n3"] };
    const result = choosy.register({ phone, contacts: ["<sip:a@192.0.2.7>"], callId: "c", cseq: 1, source: SOURCE });
    assert.equal(result.status, 403);
    assert.deepEqual(result.headers, [["Warning", '399 tandem "this phone is at home on n2, n3"']]);
    assert.deepEqual(notes, ["this phone is at home on n2, n3"]);
    assert.deepEqual(choosy.lookup("1001"), []);
    choosy.close();
  });

  it("given an address of record, when it is forgotten, then its bindings are gone, others stay, and again changes nothing", () => {
    register(["<sip:a@192.0.2.7>, <sip:b@192.0.2.7>"]);
    register(["<sip:c@192.0.2.7>"], { phone: phoneOf(inventory, "1002") });
    registrar.forget("1001");
    registrar.forget("1001");
    registrar.forget("nobody");
    assert.deepEqual(registrar.lookup("1001"), []);
    assert.equal(registrar.lookup("1002").length, 1);
    assert.equal(registrar.hasBindingFrom(SOURCE.address), true);
  });

  it("given bindings, when a REGISTER without Contact comes, then 200 lists all with what remains", () => {
    register(["<sip:a@192.0.2.7>"], { expires: "120" });
    clock.advance(20_000);
    register(["<sip:b@192.0.2.7>;expires=60"]);
    const before = registrar.lookup("1001");
    const result = register([], { expires: "0" });
    assert.deepEqual(contactsOf(result), ["<sip:a@192.0.2.7>;expires=100", "<sip:b@192.0.2.7>;expires=60"]);
    assert.deepEqual(registrar.lookup("1001"), before);
  });

  it("given a phone on TCP, when it is looked up, then requests are to go over its connection", () => {
    const source = { protocol: "tcp", address: "192.0.2.7", port: 40_112 };
    register(["<sip:a@192.0.2.7:40112;transport=tcp>"], { source });
    const [binding] = registrar.lookup("1001");
    assert.equal(binding?.proxyUri, "sip:192.0.2.7:40112;transport=tcp");
    assert.deepEqual(binding.source, source);
  });

  it("given a sender that knows its address, when it registers another place, then requests go there", () => {
    register(["<sip:a@198.51.100.1>"], { viaHost: "192.0.2.7" });
    assert.equal(registrar.lookup("1001")[0]?.proxyUri, undefined);
    register(["<sip:a@10.0.0.1>"], { viaHost: "10.0.0.1" });
    assert.equal(registrar.lookup("1001")[0]?.proxyUri, "sip:192.0.2.7:5060;transport=udp");
  });

  it("given a Path that the phone supports, when it registers, then it is the route and comes back in the 200", () => {
    const result = register(["<sip:a@10.0.0.1>"], { path: ["<sip:p.example;lr>"], supported: ["path"] });
    assert.equal(headersOf(result).get("Path"), "<sip:p.example;lr>");
    const [binding] = registrar.lookup("1001");
    assert.deepEqual([binding?.path, binding?.proxyUri], [["<sip:p.example;lr>"], undefined]);
  });

  it("given a Path without the phone's support, when it registers, then it is used and the phone not told", () => {
    const result = register(["<sip:a@10.0.0.1>"], { path: ["<sip:p.example;lr>"] });
    assert.equal(headersOf(result).has("Path"), false);
    const [binding] = registrar.lookup("1001");
    assert.deepEqual([binding?.path, binding?.proxyUri], [["<sip:p.example;lr>"], undefined]);
  });

  it("given several contacts, when they are looked up, then by q and then the newest first", () => {
    register(["<sip:low@h>;q=0.1, <sip:old@h>;q=0.5"]);
    register(["<sip:new@h>;q=0.5"]);
    assert.deepEqual(urisOf(registrar.lookup("1001")), ["sip:new@h", "sip:old@h", "sip:low@h"]);
    register(["<sip:old@h>;q=0.5"]);
    assert.deepEqual(urisOf(registrar.lookup("1001")), ["sip:old@h", "sip:new@h", "sip:low@h"]);
  });

  it("given two flows of an instance and another phone, when they are looked up, then all, the newest first", () => {
    register(['<sip:a@h>;+sip.instance="<i>";reg-id=1']);
    register(['<sip:b@h>;+sip.instance="<i>";reg-id=2']);
    register(["<sip:c@h>"]);
    assert.deepEqual(urisOf(registrar.lookup("1001")), ["sip:c@h", "sip:b@h", "sip:a@h"]);
  });

  describe("flows (RFC 5626)", () => {
    const source = { protocol: "tcp", address: "192.0.2.7", port: 40_112 };
    const contact = '<sip:a@192.0.2.7:5060;transport=tcp>;+sip.instance="<i>";reg-id=1';
    const flow = "dGNwfDF8MQ.0123456789abcdef0123";

    it("given a phone on TCP that knows them, when it registers, then 200 requires outbound and has a Flow-Timer", () => {
      const headers = headersOf(register([contact], { source, flow, supported: ["outbound"] }));
      assert.deepEqual([headers.get("Require"), headers.get("Flow-Timer")], ["outbound", "120"]);
      const [binding] = registrar.lookup("1001");
      assert.equal(binding?.proxyUri, `sip:${flow}@192.0.2.7:40112;transport=tcp`);
      assert.equal(binding.isDialable, undefined);
    });

    it("given UDP, a proxy in between, or a phone that does not know them, when it registers, then no Flow-Timer", () => {
      const supported = ["outbound, path"];
      const udp = headersOf(register([contact], { flow, supported }));
      assert.deepEqual([udp.get("Require"), udp.get("Flow-Timer")], ["outbound", undefined]);
      assert.equal(registrar.lookup("1001")[0]?.proxyUri, `sip:${flow}@192.0.2.7:5060;transport=udp`);
      const path = ["<sip:t@p.example;lr;ob>"];
      const proxied = headersOf(register([contact], { source, flow, supported, path, viaCount: 2 }));
      assert.deepEqual([proxied.get("Require"), proxied.get("Flow-Timer")], ["outbound", undefined]);
      const unknowing = headersOf(register([contact], { source, flow }));
      assert.deepEqual([unknowing.get("Require"), unknowing.get("Flow-Timer")], [undefined, undefined]);
    });

    it("given a proxy that keeps no flows, when the phone asks for one, then 439 and nothing changes", () => {
      register(["<sip:z@h>"]);
      const result = register([contact], { source, flow, supported: ["outbound"], viaCount: 2 });
      assert.deepEqual([result.status, urisOf(registrar.lookup("1001"))], [439, ["sip:z@h"]]);
    });

    it("given a phone that starts again with another port, when it registers, then its former contact is gone", () => {
      register([contact], { source, flow });
      const again = contact.replace("5060", "5099");
      const result = register([again], { source: { ...source, port: 41_000 }, flow, callId: "call-2", cseq: 1 });
      assert.deepEqual(urisOf(result.bindings), ["sip:a@192.0.2.7:5099;transport=tcp"]);
    });

    it("given a flow that has failed, when it is told, then its contact goes, unless it was renewed", () => {
      register([contact], { source, flow });
      const [stale] = registrar.lookup("1001");
      assert.ok(stale !== undefined);
      register([contact], { source, flow });
      registrar.flowFailed(stale);
      const [current] = registrar.lookup("1001");
      assert.ok(current !== undefined);
      registrar.flowFailed(current);
      assert.deepEqual([registrar.lookup("1001"), clock.activeTimers], [[], 0]);
    });
  });

  it("given an expiry that is too brief, when it is refused, then 423 names the minimum and nothing changes", () => {
    register(["<sip:a@h>"]);
    const result = register(["<sip:b@h>;expires=59, <sip:a@h>;expires=0"]);
    const warning = '399 tandem "SIP profile standard-phone wants phones to register for 60 s at least"';
    assert.equal(result.status, 423);
    assert.deepEqual(result.headers, [
      ["Min-Expires", "60"],
      ["Warning", warning],
    ]);
    assert.deepEqual(urisOf(registrar.lookup("1001")), ["sip:a@h"]);
    assert.deepEqual(urisOf(result.bindings), ["sip:a@h"]);
  });

  it("given bad requests, when they are refused, then nothing changes", () => {
    register(["<sip:a@h>"]);
    const before = registrar.lookup("1001");
    const statuses = [
      register(["*"]),
      register(["*", "<sip:b@h>"], { expires: "0" }),
      register(["<tel:1>"]),
      register(["<sip:b@h>, <sip:a@h>"], { cseq: 1 }),
      register(["<sip:b@h>, <sip:c@h>, <sip:d@h>, <sip:e@h>"]),
    ].map(({ status }) => status);
    assert.deepEqual(statuses, [400, 400, 400, 400, 403]);
    assert.deepEqual(registrar.lookup("1001"), before);
  });

  it("given Contact: * with Expires 0, when it is done, then all bindings are gone and 200 has no Contact", () => {
    register(["<sip:a@h>, <sip:b@h>"]);
    const result = register(["*"], { expires: "0" });
    assert.deepEqual([result.status, headersOf(result).has("Contact")], [200, false]);
    assert.deepEqual(registrar.lookup("1001"), []);
    assert.equal(clock.activeTimers, 0);
  });

  it("given bindings, when they expire, then lookup forgets them and one timer was enough", () => {
    register(["<sip:a@h>;expires=60, <sip:b@h>;expires=120"]);
    register(["<sip:c@h>"], { phone: phoneOf(inventory, "1002"), expires: "120" });
    assert.equal(clock.activeTimers, 1);
    clock.advance(60_000);
    assert.deepEqual(urisOf(registrar.lookup("1001")), ["sip:b@h"]);
    clock.advance(60_000);
    assert.equal(registrar.counters()[0]?.value, 0);
    assert.deepEqual([registrar.lookup("1001"), registrar.hasBindingFrom(SOURCE.address)], [[], false]);
    assert.equal(clock.activeTimers, 0);
  });

  it("given a binding that is refreshed in time, when the first expiry comes, then it lives on", () => {
    register(["<sip:a@h>;expires=60"]);
    clock.advance(50_000);
    register(["<sip:a@h>;expires=60"]);
    clock.advance(59_000);
    assert.deepEqual(urisOf(registrar.lookup("1001")), ["sip:a@h"]);
  });

  it("given all room is taken, when another contact comes, then 503, while refresh and removal go on", () => {
    registrar = makeRegistrar({ maxBindings: 2 });
    register(["<sip:a@h>, <sip:b@h>"]);
    const phone = phoneOf(inventory, "1002");
    const full = register(["<sip:c@h>"], { phone });
    assert.deepEqual([full.status, full.headers], [503, [["Retry-After", "60"]]]);
    assert.equal(register(["<sip:a@h>"]).status, 200);
    assert.equal(register(["<sip:a@h>;expires=0"]).status, 200);
    assert.equal(register(["<sip:c@h>"], { phone }).status, 200);
  });

  it("given a binding, when its source is asked for, then it is known until the last one from there is gone", () => {
    register(["<sip:a@h>, <sip:b@h>"]);
    assert.equal(registrar.hasBindingFrom("192.0.2.7"), true);
    assert.equal(registrar.hasBindingFrom("192.0.2.8"), false);
    register(["<sip:a@h>;expires=0"]);
    assert.equal(registrar.hasBindingFrom("192.0.2.7"), true);
    register(["<sip:b@h>;expires=0"]);
    assert.equal(registrar.hasBindingFrom("192.0.2.7"), false);
  });

  it("given bindings of several phones, when they are listed, then with what an operator wants to know", () => {
    register(["<sip:a@h>;q=0.5"], { userAgent: `phone/${"9".repeat(500)}`, expires: "120" });
    register(["<sip:c@h>"], { phone: phoneOf(inventory, "1002"), source: { ...SOURCE, protocol: "tcp" } });
    clock.advance(10_000);
    const [first, second] = registrar.list();
    assert.deepEqual(first, {
      aor: "1001",
      phone: "phone-1001",
      contactUri: "sip:a@h",
      remainingSeconds: 110,
      q: 0.5,
      source: "udp/192.0.2.7:5060",
      userAgent: `phone/${"9".repeat(122)}`,
    });
    assert.deepEqual([second?.source, "userAgent" in (second ?? {})], ["tcp/192.0.2.7:5060", false]);
    assert.equal(registrar.list(1).length, 1);
  });

  it("given requests, when counters are read, then they tell bindings and results", () => {
    register(["<sip:a@h>, <sip:b@h>"]);
    register(["<tel:1>"]);
    const values = registrar.counters().map(({ name, labels, value }) => `${name} ${labels?.status ?? ""} ${value}`);
    assert.deepEqual(values, [
      "tandem_registrations  2",
      "tandem_register_results_total 200 1",
      "tandem_register_results_total 400 1",
    ]);
  });
});
