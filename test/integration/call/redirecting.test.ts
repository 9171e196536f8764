import assert from "node:assert/strict";
import type { LineForwarding } from "../../../src/call/index.ts";
import type { SipMessage } from "../../../src/sip/message/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import type { Fields, SipPhone } from "../../support/sip-phone.ts";
import { testSdp } from "../../support/test-sdp.ts";
import { startTrunkPair, type TrunkPair, type TrunkPairOptions } from "../../support/trunk-pair.ts";

const OFFER = { sdp: testSdp(4_000) };
type Kinds = LineForwarding["forwarding"];

function lines(forwarding: Readonly<Record<string, Kinds>>): Pick<TrunkPairOptions, "forwarding"> {
  return {
    forwarding: new Map(
      Object.entries(forwarding).map(([number, kinds]) => [
        `${number}@internal`,
        { noAnswerSeconds: 600, forwarding: kinds },
      ]),
    ),
  };
}

const both = (target: string): { internal: string; external: string } => ({ internal: target, external: target });

describe("Diversion (RFC 5806) and History-Info (RFC 7044)", () => {
  const cleanup = new Cleanup();
  let pair: TrunkPair;
  afterEach(() => cleanup.run());

  async function start(options: TrunkPairOptions): Promise<void> {
    pair = await startTrunkPair(cleanup, options);
  }

  async function offeredTo(phone: SipPhone): Promise<SipMessage> {
    const { offer } = await phone.offered();
    assert.ok(offer !== undefined);
    return offer;
  }

  const listOf = (message: SipMessage, name: string): string[] =>
    message.getAll(name).flatMap((value) => value.split(/, (?=[<"])/));
  const here = (): string => `127.0.0.1:${pair.node.server.port}`;

  it("given CFA to a line that is busy and goes on by CFB, when it is called, then the last phone learns whose the call was, and why", async () => {
    await start({
      ...lines({ "1002": { all: both("1003") }, "1003": { busy: both("1004") } }),
      phones: [{}, {}, { displayName: "Carol" }],
    });
    const [alice, carol, dora] = [
      await pair.node.phone("1001"),
      await pair.node.phone("1003"),
      await pair.node.phone("1004"),
    ];
    await alice.call("1002", OFFER);
    const busy = await carol.offered();
    assert.ok(busy.offer !== undefined);
    assert.deepEqual(listOf(busy.offer, "diversion"), [
      `<sip:1002@${here()}>;reason=unconditional;privacy=off;counter=1`,
    ]);
    busy.respond(busy.offer, 486);
    const offer = await offeredTo(dora);
    assert.deepEqual(listOf(offer, "diversion"), [
      `"Carol" <sip:1003@${here()}>;reason=user-busy;privacy=off;counter=1`,
      `<sip:1002@${here()}>;reason=unconditional;privacy=off;counter=1`,
    ]);
    assert.deepEqual(listOf(offer, "history-info"), [
      `<sip:1002@${here()}?Reason=SIP%3Bcause%3D302>;index=1`,
      `"Carol" <sip:1003@${here()};cause=302?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1`,
      `<sip:1004@${here()};cause=486>;index=1.1.1;mp=1.1`,
      `<${offer.uri}>;index=1.1.1.1;rc=1.1.1`,
    ]);
  });

  const reasons: readonly [Kinds, string][] = [
    [{ noAnswer: both("1003") }, "no-answer"],
    [{ unregistered: both("1003") }, "unavailable"],
  ];
  for (const [kinds, reason] of reasons) {
    it(`given ${Object.keys(kinds).join()}, when the line is called, then the reason is ${reason}`, async () => {
      const forwarding = new Map([["1002@internal", { noAnswerSeconds: 0.2, forwarding: kinds }]]);
      await start({ forwarding });
      const [alice, carol] = [await pair.node.phone("1001"), await pair.node.phone("1003")];
      if (reason === "no-answer") await pair.node.phone("1002");
      await alice.call("1002", OFFER);
      assert.match((await offeredTo(carol)).get("diversion") ?? "", new RegExp(`;reason=${reason};`));
    });
  }

  it("given a call that nobody has forwarded, when it is offered, then it has neither, whatever its phone claims", async () => {
    await start({});
    const [alice, bob] = [await pair.node.phone("1001"), await pair.node.phone("1002")];
    const claims: Fields = [
      ["Diversion", "<sip:boss@pbx>;reason=unconditional"],
      ["History-Info", "<sip:boss@pbx>;index=1, <sip:1002@pbx>;index=1.1;mp=1"],
    ];
    await alice.call("1002", { ...OFFER, headers: claims });
    const offer = await offeredTo(bob);
    assert.deepEqual([offer.has("diversion"), offer.has("history-info")], [false, false]);
  });

  it("given a trunk with a domain and numbers of its own, when a call is forwarded to it, then they stand in both", async () => {
    const first = {
      fromDomain: "pbx.example",
      callerId: { number: { stripDigits: 0, prefix: "+49" }, withhold: false },
    };
    await start({ ...lines({ "1002": { all: both("9123") } }), first });
    const alice = await pair.node.phone("1001");
    await alice.call("1002", OFFER);
    const offer = await offeredTo(pair.first);
    assert.deepEqual(listOf(offer, "diversion"), [
      "<sip:+491002@pbx.example>;reason=unconditional;privacy=off;counter=1",
    ]);
    const [from, to] = listOf(offer, "history-info");
    assert.equal(from, "<sip:+491002@pbx.example?Reason=SIP%3Bcause%3D302>;index=1");
    assert.match(to ?? "", /^<sip:123@127\.0\.0\.21:\d+;cause=302>;index=1\.1;mp=1$/);
  });

  for (const trusted of [true, false]) {
    it(`given a trunk that withholds numbers and is ${trusted ? "" : "not "}trusted, when a call is forwarded to it, then who did it is ${trusted ? "private" : "not told"}`, async () => {
      await start({ ...lines({ "1002": { all: both("9123") } }), first: { callerId: { withhold: true }, trusted } });
      const alice = await pair.node.phone("1001");
      await alice.call("1002", OFFER);
      const offer = await offeredTo(pair.first);
      assert.match(offer.get("diversion") ?? "", /;privacy=full;/);
      assert.equal(/sip:1002@/.test(`${offer.get("diversion")}${offer.get("history-info")}`), trusted);
    });
  }

  const RECEIVED: Fields = [
    ["Diversion", "<sip:700@pbx.example>;reason=no-answer;counter=2, <sip:800@pbx.example>;privacy=full"],
  ];

  it("given a trusted trunk, when it says how the call came, then the phone learns that, without what is private", async () => {
    await start({ first: { trusted: true } });
    const bob = await pair.node.phone("1002");
    await pair.first.call("1002", { ...OFFER, headers: RECEIVED });
    assert.deepEqual(listOf(await offeredTo(bob), "diversion"), [
      "<sip:700@pbx.example>;reason=no-answer;privacy=off;counter=2",
      "<sip:anonymous@anonymous.invalid>;reason=unknown;privacy=full;counter=1",
    ]);
  });

  it("given a trunk that is not trusted, when it says how the call came, then that is dropped", async () => {
    await start({});
    const bob = await pair.node.phone("1002");
    await pair.first.call("1002", { ...OFFER, headers: RECEIVED });
    assert.equal((await offeredTo(bob)).has("diversion"), false);
  });

  const statusOf = async (headers: Fields): Promise<number | undefined> =>
    (await (await pair.first.call("1002", { ...OFFER, headers })).invite?.final())?.status;

  it("given a call that a line has sent away, when it comes back to it, then it is a loop: 482; another's number at another host is none", async () => {
    await start({ ...lines({ "1002": { all: both("1003") } }), first: { trusted: true, fromDomain: "own.example" } });
    const carol = await pair.node.phone("1003");
    assert.equal(await statusOf([["Diversion", "<sip:1002@own.example>;reason=unconditional"]]), 482);
    assert.equal(await statusOf([["Diversion", "<sip:1002@127.0.0.1>;reason=unconditional"]]), 482);
    await pair.first.call("1002", { ...OFFER, headers: [["Diversion", "<sip:1002@else.example>"]] });
    await offeredTo(carol);
  });

  it("given redirections before, when the line forwards, then they count: 483 beyond the most", async () => {
    await start({ ...lines({ "1002": { all: both("1003") } }), first: { trusted: true } });
    const carol = await pair.node.phone("1003");
    assert.equal(await statusOf([["Diversion", "<sip:7@x>;counter=12"]]), 483);
    await pair.first.call("1002", { ...OFFER, headers: [["Diversion", "<sip:7@x>;counter=11"]] });
    assert.equal(listOf(await offeredTo(carol), "diversion").length, 2);
  });

  it("given a caller who wants no history told, when the call is forwarded, then the phone does not learn it", async () => {
    await start(lines({ "1002": { all: both("1003") } }));
    const [alice, carol] = [await pair.node.phone("1001"), await pair.node.phone("1003")];
    await alice.call("1002", { ...OFFER, headers: [["Privacy", "history"]] });
    const offer = await offeredTo(carol);
    assert.ok(!/1002/.test(`${offer.get("diversion")}${listOf(offer, "history-info")[0]}`));
  });
});
