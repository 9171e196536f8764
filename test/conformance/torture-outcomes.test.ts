import assert from "node:assert/strict";
import { Cleanup } from "../support/cleanup.ts";
import { EdgeFixture } from "../support/edge-fixture.ts";
import { eventually } from "../support/eventually.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { headerOf } from "../support/sip-peer.ts";
import { SwitchFixture, TEST_PROFILE } from "../support/switch-fixture.ts";
import type { WireClient } from "../support/wire-client.ts";
import { isPermitted, messageText, readOutcomes, withRport, type Outcome } from "./torture/outcomes.ts";
import { SENDER_ADDRESS, TortureLink } from "./torture/torture-link.ts";

const VERBS = ["invite", "options", "register", "message", "bye"];
/** Above every deadline of a connection that has begun a message. */
const PATIENCE_MS = 40_000;

interface Sample {
  readonly name: string;
  readonly value: number;
}

function sum(samples: readonly Sample[], name: string): number {
  return samples.filter((sample) => sample.name === name).reduce((total, { value }) => total + value, 0);
}

/** Nothing went anywhere but to the sender; after the end of its connection, answers to it may be lost. */
function assertSentOnlyTo(link: TortureLink, samples: readonly Sample[], answers: number): void {
  const elsewhere = sum(samples, "tandem_sip_messages_sent_total") - link.received.length;
  assert.ok(elsewhere >= 0 && elsewhere <= (link.isClosed ? answers : 0), `${elsewhere} messages sent elsewhere`);
}

/** Sends the message and waits for what is expected of the connection; true when it cannot be used any more. */
async function send(link: TortureLink, name: string, transport: "udp" | "tcp", expected: string): Promise<boolean> {
  const text = messageText(name);
  link.send(transport === "udp" ? withRport(text) : text);
  if (expected.endsWith("close")) await link.closed();
  return expected.endsWith("close") || expected === "wait";
}

/** Answers what the edge offers, until the liveness request is among it; returns how much else there was. */
async function answerOffers(application: WireClient, aliveCall: string): Promise<number> {
  for (let offers = 0; offers < 5; offers += 1) {
    const { tokens, text } = await application.take((frame) => frame.tokens[1] === "sip");
    const isAlive = headerOf(text, "Call-ID") === aliveCall;
    const status = isAlive ? "200 OK" : "404 Not Found";
    await application.ask(`sip|${tokens[8]}|\r\nSIP/2.0 ${status}\r\n\r\n`);
    if (isAlive) return offers;
  }
  throw new Error("the edge offers more than was sent");
}

function describeEdge(offers: number, link: TortureLink): string {
  const ofApplication = Array.from({ length: offers }, () => "offered");
  const ofEdge = link.finals.filter((status) => status !== "404");
  const arrived = link.finals.length - ofEdge.length;
  // What is offered and answered behind the end of a connection has no way back.
  assert.equal(arrived, link.isClosed ? 0 : offers, "each answer of the application arrives, and no other 404");
  const answers = [...ofApplication, ...ofEdge].join("+");
  if (answers === "") return link.isClosed ? "wait" : "silence";
  return link.isClosed ? `${answers} close` : answers;
}

async function tortureEdge({ message, edge }: Outcome, transport: "udp" | "tcp", cleanup: Cleanup): Promise<void> {
  const expected = edge[transport];
  const clock = new ManualClock();
  const fixture = cleanup.add(await EdgeFixture.start(clock), (started) => started.stop());
  const application = await fixture.application(...VERBS);
  const ports = { udp: fixture.sipPort, tcp: fixture.tcpPort };
  const link = cleanup.add(await TortureLink.open(transport, ports), (opened) => opened.close());
  const isUseless = await send(link, message, transport, expected);
  const aliveCall = link.askIfAlive(isUseless);
  const offers = await answerOffers(application, aliveCall);
  await link.alive(aliveCall);
  if (expected === "wait") {
    assert.equal(link.isClosed, false, "not closed at once");
    await eventually(
      () => {
        clock.advance(PATIENCE_MS);
        assert.equal(link.isClosed, true);
      },
      { timeoutMs: 2_000, intervalMs: 10 },
    );
  }
  assert.equal(describeEdge(offers, link), expected);
  assertSentOnlyTo(link, fixture.edge.metrics(), offers);
  assert.equal(application.frames.length, 0);
}

async function tortureSwitch(outcome: Outcome, transport: "udp" | "tcp", cleanup: Cleanup): Promise<void> {
  const expected = outcome.switch[transport];
  // The sender is a trusted peer: what it sends is looked at, and not just challenged.
  const carrier = {
    name: "carrier",
    addresses: [SENDER_ADDRESS],
    uri: `sip:${SENDER_ADDRESS}:5999`,
    prefixes: ["00"],
    maxCalls: 10,
    transit: false,
    profile: { ...TEST_PROFILE, kind: "trunk" as const },
  };
  const fixture = cleanup.add(await SwitchFixture.start({ peers: [carrier] }), (started) => started.stop());
  const tcp = fixture.edge.addresses.find(({ protocol }) => protocol === "tcp")?.port ?? 0;
  const ports = { udp: fixture.server.port, tcp };
  const link = cleanup.add(await TortureLink.open(transport, ports), (opened) => opened.close());
  const isUseless = await send(link, outcome.message, transport, expected);
  for (const status of expected.match(/\d{3}/g) ?? []) await link.final(status);
  const aliveCall = link.askIfAlive(isUseless);
  await link.alive(aliveCall);
  const answers = [...new Set(link.finals)].join("+");
  assert.equal(answers === "" ? "silence" : answers, expected.replace(" close", "").replace("wait", "silence"));
  assert.equal(link.isClosed, expected.endsWith("close"));
  assert.equal(fixture.metric("tandem_calls"), 0);
  assert.equal(fixture.relay.sessions.size, 0);
  assertSentOnlyTo(link, fixture.edge.metrics(), 1);
}

describe("Outcomes of the torture messages of RFC 4475 and RFC 5118", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  for (const outcome of readOutcomes()) {
    const name = `${outcome.message} (${outcome.section})`;
    for (const transport of ["udp", "tcp"] as const) {
      it(`given ${name}, when it comes over ${transport}, then the edge: ${outcome.edge[transport]}`, async () => {
        await tortureEdge(outcome, transport, cleanup);
      });
      it(`given ${name}, when it comes over ${transport}, then the switch: ${outcome.switch[transport]}`, async () => {
        await tortureSwitch(outcome, transport, cleanup);
      });
    }
    it(`given ${name}, when the outcomes are compared with the RFC, then they are permitted`, () => {
      assert.ok(isPermitted(outcome.permitted, outcome.switch.udp), outcome.switch.udp);
    });
  }
});
