import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { Peer } from "../../../../src/call/index.ts";
import { SignalingError } from "../../../../src/call/signaling/signaling-error.ts";
import type { SignalingPort } from "../../../../src/call/signaling/signaling-port.ts";
import { TrunkKeeper, type TrunkKeeperOptions } from "../../../../src/call/trunk/trunk-keeper.ts";
import { RandomIds, silentLogger } from "../../../../src/common/index.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { OpenRequests, responseOf, type OpenRequest } from "../../../support/open-requests.ts";
import { TEST_PROFILE } from "../../../support/switch-fixture.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

const REGISTRATION = { registrar: "sip:provider.test", user: "one", expiresSeconds: 600 };

function peer(more: Partial<Peer> = {}): Peer {
  return {
    kind: "peer",
    name: "trunk",
    addresses: [],
    uri: "sip:provider.test",
    prefixes: [],
    profile: { ...TEST_PROFILE, kind: "trunk" },
    maxCalls: 10,
    transit: false,
    ...more,
  };
}

function headerOf({ request }: OpenRequest, name: string): string {
  return request.headers?.find(([each]) => each === name)?.[1] ?? "";
}

describe("TrunkKeeper", () => {
  let clock: ManualClock;
  let edge: OpenRequests;
  let directory: TemporaryDirectory;
  let keeper: TrunkKeeper;
  beforeEach(() => {
    clock = new ManualClock();
    edge = new OpenRequests();
    directory = new TemporaryDirectory("trunks");
    keeper = make();
  });
  afterEach(() => {
    keeper.close();
    assert.equal(clock.activeTimers, 0);
    directory.close();
  });

  function make(more: Partial<TrunkKeeperOptions> = {}): TrunkKeeper {
    const port: SignalingPort = edge.port;
    const journalPath = directory.join("trunks.journal");
    return new TrunkKeeper({ port, clock, ids: new RandomIds(), logger: silentLogger, journalPath, ...more });
  }

  function begin(...peers: readonly Peer[]): void {
    keeper.apply(peers);
    keeper.edgeConnected();
  }

  /** The requests since the last time, with this method. */
  function sent(method: string): OpenRequest[] {
    return edge.sent.splice(0).filter(({ request }) => request.method === method);
  }

  /** The one request that is sent within a time. */
  function next(method: string, withinMs: number): OpenRequest {
    clock.advance(withinMs);
    const [request, ...others] = sent(method);
    assert.ok(
      request !== undefined && others.length === 0,
      `${method}: ${others.length + (request === undefined ? 0 : 1)}`,
    );
    return request;
  }

  /** The next OPTIONS, as soon as it is sent. */
  function nextPing(withinMs: number): OpenRequest {
    for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 100) {
      clock.advance(100);
      const [ping] = sent("OPTIONS");
      if (ping !== undefined) return ping;
    }
    return assert.fail(`no OPTIONS within ${withinMs} ms`);
  }

  function accept(request: OpenRequest, seconds = 600): void {
    const cseq: [string, string] = ["CSeq", headerOf(request, "CSeq")];
    const grant: [string, string][] = [["Contact", `${headerOf(request, "Contact")};expires=${seconds}`]];
    const response = responseOf(200, "192.0.2.9", [...grant]);
    assert.ok(cseq[1] !== "");
    request.events.onResponse(response);
  }

  function stateOf(name = "trunk"): string {
    const { state, reason } = keeper.trunkStates().find((one) => one.name === name) ?? {};
    return reason === undefined ? (state ?? "none") : `${state} ${reason}`;
  }

  it("given a thousand trunks, when they begin, then REGISTERs go over ten seconds, and pings over their interval", () => {
    const peers = Array.from({ length: 1_000 }, (_, index) =>
      peer({ name: `trunk-${index}`, registration: { ...REGISTRATION, user: `u${index}` }, pingSeconds: 30 }),
    );
    begin(...peers);
    clock.advance(1_000);
    const first = edge.sent.splice(0);
    const registers = first.filter(({ request }) => request.method === "REGISTER").length;
    assert.ok(registers > 50 && registers < 180, `${registers} REGISTERs in a second`);
    assert.ok(first.length - registers < 80, `${first.length - registers} OPTIONS in a second`);
    clock.advance(9_000);
    assert.equal(registers + sent("REGISTER").length, 1_000);
  });

  it("given no edge yet, when trunks are configured, then nothing is sent", () => {
    keeper.apply([peer({ registration: REGISTRATION, pingSeconds: 1 })]);
    clock.advance(10_000);
    assert.equal(edge.sent.length, 0);
    assert.equal(stateOf(), "registering");
    assert.equal(keeper.isUsable("trunk"), true);
  });

  it("given a registration, when it is granted, then it is renewed before it expires, with the same Call-ID and the next CSeq", () => {
    begin(peer({ registration: REGISTRATION }));
    const first = next("REGISTER", 10);
    accept(first);
    assert.equal(stateOf(), "up");
    clock.advance(479_000);
    assert.deepEqual(sent("REGISTER"), []);
    const second = next("REGISTER", 61_000);
    assert.equal(headerOf(second, "Call-ID"), headerOf(first, "Call-ID"));
    assert.equal(headerOf(second, "CSeq"), "2 REGISTER");
  });

  it("given a registrar that has gone, when the binding expires, then the trunk is unregistered, since then, and not usable", () => {
    begin(peer({ registration: REGISTRATION }));
    accept(next("REGISTER", 10), 60);
    const second = next("REGISTER", 30_000);
    second.events.onResponse(responseOf(408, ""));
    assert.equal(stateOf(), "up no-answer");
    assert.equal(keeper.isUsable("trunk"), true);
    clock.advance(30_000);
    assert.equal(stateOf(), "unregistered no-answer");
    assert.equal(keeper.isUsable("trunk"), false);
    const [state] = keeper.trunkStates();
    assert.ok(clock.wallMs() - (state?.sinceMs ?? 0) < 30_000);
  });

  it("given Retry-After, when a registrar refuses, then it is left alone for that time", () => {
    begin(peer({ registration: REGISTRATION }));
    next("REGISTER", 10).events.onResponse(responseOf(503, "192.0.2.9", [["Retry-After", "300 (busy)"]]));
    assert.equal(stateOf(), "unregistered 503");
    clock.advance(299_000);
    assert.deepEqual(sent("REGISTER"), []);
    next("REGISTER", 7_000);
  });

  it("given a binding, when the same configuration is applied again, then nothing is sent; with another expiry it is renewed", () => {
    begin(peer({ registration: REGISTRATION }));
    const first = next("REGISTER", 10);
    accept(first);
    keeper.apply([peer({ registration: { ...REGISTRATION } })]);
    clock.advance(1_000);
    assert.deepEqual(sent("REGISTER"), []);
    keeper.apply([peer({ registration: { ...REGISTRATION, expiresSeconds: 900 } })]);
    const second = next("REGISTER", 10);
    assert.equal(headerOf(second, "Expires"), "900");
    assert.equal(headerOf(second, "Contact"), headerOf(first, "Contact"));
  });

  it("given a binding, when another user is configured, then the old one ends and the new one has a Contact of its own", () => {
    begin(peer({ registration: REGISTRATION }));
    const first = next("REGISTER", 10);
    accept(first);
    keeper.apply([peer({ registration: { ...REGISTRATION, user: "two" } })]);
    assert.equal(stateOf(), "registering");
    clock.advance(10);
    const [last, other] = sent("REGISTER");
    assert.ok(last !== undefined && other !== undefined);
    assert.equal(headerOf(last, "Expires"), "0");
    assert.equal(headerOf(last, "To"), headerOf(first, "To"));
    assert.equal(headerOf(other, "To"), "<sip:two@provider.test>");
    assert.notEqual(headerOf(other, "Contact"), headerOf(first, "Contact"));
    last.events.onResponse(responseOf(200));
    accept(other);
    assert.equal(stateOf(), "up");
  });

  it("given a binding, when its trunk is taken out, then it ends; whether the registrar answers or not", async () => {
    begin(peer({ registration: REGISTRATION }));
    accept(next("REGISTER", 10));
    const left = keeper.leave(2_000);
    assert.equal(headerOf(next("REGISTER", 0), "Expires"), "0");
    assert.equal(stateOf(), "none");
    clock.advance(2_000);
    await left;
  });

  it("given a binding, when its trunk gets a home on other nodes, then it ends and nothing more is sent; when it is back, then it registers anew", () => {
    const trunk = peer({ registration: REGISTRATION, pingSeconds: 30 });
    begin(trunk);
    accept(next("REGISTER", 10));
    keeper.apply([{ ...trunk, homeElsewhere: ["n2"] }]);
    const end = next("REGISTER", 0);
    assert.equal(headerOf(end, "Expires"), "0");
    end.events.onResponse(responseOf(200));
    assert.equal(stateOf(), "down home-elsewhere");
    assert.equal(keeper.isUsable("trunk"), false);
    clock.advance(3_600_000);
    assert.deepEqual(edge.sent, []);
    keeper.apply([trunk]);
    accept(next("REGISTER", 10));
    assert.equal(stateOf(), "up");
  });

  it("given a binding on file, when a process starts, then it goes on, and is renewed within a minute, not at once", () => {
    begin(peer({ registration: REGISTRATION }));
    const first = next("REGISTER", 10);
    accept(first);
    keeper.close();
    keeper = make();
    begin(peer({ registration: REGISTRATION }));
    assert.equal(stateOf(), "up");
    clock.advance(1_900);
    assert.deepEqual(sent("REGISTER"), []);
    const again = next("REGISTER", 58_200);
    assert.equal(headerOf(again, "Call-ID"), headerOf(first, "Call-ID"));
    assert.equal(headerOf(again, "Contact"), headerOf(first, "Contact"));
    assert.equal(headerOf(again, "CSeq"), "1002 REGISTER");
  });

  it("given a file that is damaged, or a binding that has expired, when a process starts, then it registers anew", () => {
    keeper.close();
    const stored = {
      callId: "c",
      contactUser: "u",
      of: "sip:provider.test one",
      cseq: 1,
      serviceRoute: [],
      sources: [],
    };
    for (const value of [{ ...stored, validUntilMs: "x" }, { ...stored, validUntilMs: 1 }, 7, null]) {
      writeFileSync(directory.join("trunks.journal"), `${JSON.stringify({ k: "trunk", v: value })}\n`);
      keeper = make();
      begin(peer({ registration: REGISTRATION }));
      assert.equal(stateOf(), "registering", JSON.stringify(value));
      next("REGISTER", 10);
      keeper.close();
    }
  });

  it("given an edge that is lost, when it is back, then the trunk registers soon, and that was no failure", () => {
    edge.failures.push(new SignalingError("edge-lost", "not connected"));
    begin(peer({ registration: REGISTRATION }));
    next("REGISTER", 10);
    assert.equal(stateOf(), "registering");
    clock.advance(100);
    keeper.edgeConnected();
    accept(next("REGISTER", 10));
    assert.equal(stateOf(), "up");
  });

  it("given a trunk that does not answer, when it has missed two pings, then it is down within twice its interval, until it answers", () => {
    begin(peer({ pingSeconds: 20 }));
    assert.equal(stateOf(), "unknown");
    nextPing(20_100).events.onResponse(responseOf(200));
    assert.equal(stateOf(), "up");
    clock.advance(22_000 + 10_000 + 5_500 + 10_000);
    assert.equal(stateOf(), "down no-answer");
    assert.equal(keeper.isUsable("trunk"), false);
    edge.sent.splice(0);
    nextPing(22_100).events.onResponse(responseOf(405));
    assert.equal(stateOf(), "up");
  });

  it("given pings that the edge never ends, when time passes, then no more than four of a trunk are open", () => {
    begin(peer({ pingSeconds: 1 }));
    clock.advance(60_000);
    const open = sent("OPTIONS");
    assert.equal(open.length, 4);
    open[0]?.events.onResponse(responseOf(408, ""));
    clock.advance(3_000);
    assert.equal(sent("OPTIONS").length, 1);
  });

  it("given a place that no way leads to, when it is asked, then it is down at once", () => {
    begin(peer({ pingSeconds: 20 }));
    nextPing(20_100).events.onResponse(responseOf(503, ""));
    assert.equal(stateOf(), "down unreachable");
  });

  it("given a trunk that is not asked any more, when that is applied, then it counts as up", () => {
    begin(peer({ pingSeconds: 20 }));
    nextPing(20_100).events.onResponse(responseOf(503, ""));
    keeper.apply([peer({ pingSeconds: 0 })]);
    assert.equal(stateOf(), "up");
    clock.advance(60_000);
    assert.deepEqual(sent("OPTIONS"), []);
  });

  it("given a secret that cannot be read, when the key is put right, then the trunk registers within a minute", () => {
    keeper.close();
    let isReadable = false;
    const unseal = (sealed: string): string => {
      if (isReadable) return sealed;
      throw Object.assign(new Error("wrong key"), { code: "secret-unreadable" });
    };
    keeper = make({ secrets: { unseal } });
    begin(peer({ registration: REGISTRATION, sealedPassword: "s", pingSeconds: 1 }));
    clock.advance(59_000);
    assert.equal(stateOf(), "down secret-unreadable");
    assert.equal(edge.sent.length, 0);
    isReadable = true;
    clock.advance(1_010);
    accept(sent("REGISTER")[0] ?? assert.fail("no REGISTER"));
    assert.equal(stateOf(), "up");
  });

  it("given nobody who reads secrets, when a trunk has one, then it is down with that reason", () => {
    begin(peer({ sealedPassword: "v1.x" }));
    assert.equal(stateOf(), "down secret-unreadable");
  });

  it("given trunks in several states, when metrics are read, then each state has its number, and attempts are counted", () => {
    begin(peer({ name: "a" }), peer({ name: "b", pingSeconds: 20 }), peer({ name: "c", registration: REGISTRATION }));
    next("REGISTER", 50).events.onResponse(responseOf(403));
    const value = (name: string, label: string): number | undefined =>
      keeper.metrics().find((one) => one.name === name && Object.values(one.labels ?? {}).includes(label))?.value;
    const gauges = ["up", "down", "registering", "unregistered", "unknown"].map((state) =>
      value("tandem_trunks", state),
    );
    assert.deepEqual(gauges, [1, 0, 0, 1, 1]);
    assert.equal(value("tandem_trunk_registrations_total", "refused"), 1);
  });
});
