import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Cleanup } from "../support/cleanup.ts";
import { establish } from "../support/established-call.ts";
import type { SipPhone } from "../support/sip-phone.ts";
import { SwitchFixture, TEST_PROFILE } from "../support/switch-fixture.ts";
import { assertUnharmed } from "../support/unharmed-call.ts";
import { messageText, readOutcomes, withRport, type Outcome } from "./torture/outcomes.ts";
import { SENDER_ADDRESS, TortureLink } from "./torture/torture-link.ts";

/** Who is called by most of the messages, as `sip:user@example.com`. */
const CALLED = "user";
const REALM = "example.com";
/** Sound calls to that number; all others are refused, or are for somebody else. */
const CALLS = new Set(["rfc4475/longreq", "rfc4475/baddate", "rfc5118/ipv4-mapped-ipv6"]);

const CARRIER = {
  name: "carrier",
  addresses: [SENDER_ADDRESS],
  uri: `sip:${SENDER_ADDRESS}:5999`,
  prefixes: ["00"],
  maxCalls: 10,
  transit: false,
  profile: { ...TEST_PROFILE, kind: "trunk" as const },
};

/** What a phone was asked, retransmissions once. */
function requestsTo(phone: SipPhone): string[] {
  const requests = phone.received.filter(({ kind }) => kind === "request");
  return [...new Set(requests.map(({ text }) => text))].map((text) => text.slice(0, text.indexOf(" ")));
}

async function openLink(node: SwitchFixture, transport: "udp" | "tcp", cleanup: Cleanup): Promise<TortureLink> {
  const ports = { udp: node.server.port, tcp: node.placeOf("tcp").port };
  return cleanup.add(await TortureLink.open(transport, ports), (opened) => opened.close());
}

/** Sends a message and waits until what comes behind it is answered. */
async function torture(link: TortureLink, { message, switch: expected }: Outcome, transport: "udp" | "tcp") {
  const text = messageText(message);
  link.send(transport === "udp" ? withRport(text) : text);
  if (expected[transport].endsWith("close")) await link.closed();
  await link.alive(link.askIfAlive(expected[transport].endsWith("close") || expected[transport] === "wait"));
}

describe("Where the torture messages of RFC 4475 and RFC 5118 go when the number that they call can be reached", () => {
  const cleanup = new Cleanup();
  afterEach(() => cleanup.run());

  async function startSwitch(): Promise<{ node: SwitchFixture; called: SipPhone }> {
    const phones = [{ directoryNumber: CALLED, user: CALLED }];
    const options = { realm: REALM, phones, peers: [CARRIER] };
    const node = cleanup.add(await SwitchFixture.start(options), (started) => started.stop());
    return { node, called: await node.phone(CALLED) };
  }

  it("given the messages on file, when the outcomes are read, then each has its line and each line its message", () => {
    const folder = join(import.meta.dirname, "data", "torture");
    const files = ["rfc4475", "rfc5118"].flatMap((set) =>
      readdirSync(join(folder, set)).map((name) => `${set}/${name.replace(/\.dat$/, "")}`),
    );
    const lines = readOutcomes().map(({ message }) => message);
    assert.deepEqual(lines.toSorted(), files.toSorted());
    assert.equal(lines.filter((name) => name.startsWith("rfc4475/")).length, 49);
    assert.equal(lines.filter((name) => name.startsWith("rfc5118/")).length, 12);
  });

  for (const outcome of readOutcomes()) {
    const { message, section } = outcome;
    for (const transport of ["udp", "tcp"] as const) {
      const isCall = CALLS.has(message);
      it(`given ${message} (${section}), when it comes over ${transport}, then the called phone ${isCall ? "rings once and its answer goes back" : "hears nothing"}`, async () => {
        const { node, called } = await startSwitch();
        const link = await openLink(node, transport, cleanup);
        await torture(link, outcome, transport);
        if (isCall) {
          const call = await called.offered();
          assert.ok(call.offer !== undefined);
          assert.equal(call.offer.getAll("via").length, 1, "nothing of the way that it came");
          call.respond(call.offer, 486);
          await link.final("486");
          await call.request("ACK");
        }
        assert.deepEqual(requestsTo(called), isCall ? ["INVITE", "ACK"] : []);
        await node.settled(node.records().length);
        assert.equal(node.metric("tandem_sip_dialogs"), 0);
      });
    }
  }

  for (const transport of ["udp", "tcp"] as const) {
    it(`given a call that is up, when all of them come over ${transport}, then it is unharmed`, async () => {
      const { node } = await startSwitch();
      const [bob, carol] = [await node.phone("1002"), await node.phone("1003")];
      const call = await establish(bob, carol);
      const others = readOutcomes().filter(({ message }) => !CALLS.has(message));
      for (const outcome of others) await torture(await openLink(node, transport, cleanup), outcome, transport);
      // Calls that are refused for where they lead have a record, too.
      const recorded = others.filter((outcome) => {
        return outcome.switch[transport].startsWith("404") && messageText(outcome.message).startsWith("INVITE ");
      });
      await assertUnharmed(call, node, recorded.length + 1);
    });
  }
});
