import assert from "node:assert/strict";
import { EdgeFixture, SECRET } from "../../support/edge-fixture.ts";
import { eventually } from "../../support/eventually.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { WireClient } from "../../support/wire-client.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutate } from "./mutation.ts";
import { Random } from "./random.ts";

const CONNECTIONS_IN_A_ROUND = 6;
/** An address of this host where nobody listens; nothing here names another host. */
const NOWHERE = "sip:x@127.0.0.1:9";

const COMMANDS = [
  "",
  "juggle|x",
  "ping",
  "ping|a|b",
  "route",
  "route|",
  "route|invite",
  "route|in vite",
  "route|\0\xff",
  `route|${"x".repeat(5_000)}`,
  "remove_route",
  "remove_route|nothing",
  "sip",
  "sip|",
  "sip|||",
  "sip|unknown|",
  "sip||nosuch",
  "sip||;from-tag=",
  `sip|||${NOWHERE}`,
  "sip|||garbage",
  "sip|a|b|sip:|d|e|f",
  "proxy",
  "proxy|",
  "proxy|unknown",
  `proxy|unknown|remainInDialog|fullResponse||serial|||${NOWHERE}`,
  `proxy|unknown|||||-1|9999999999999s|${NOWHERE}|`,
  `authenticate|${SECRET}|`,
];
const START_LINES = [
  `INVITE ${NOWHERE} SIP/2.0`,
  `OPTIONS ${NOWHERE} SIP/2.0`,
  `CANCEL ${NOWHERE} SIP/2.0`,
  `ACK ${NOWHERE} SIP/2.0`,
  "BYE sip:placeholder SIP/2.0",
  "SIP/2.0 200 OK",
  "SIP/2.0 99999 OK",
  "SIP/2.0",
  "",
];
const REST = "From: <sip:a@localhost>;tag=1\r\nTo: <sip:b@localhost>\r\nContent-Type: text/plain\r\n\r\nbody";

/**
 * Each frame of an authenticated application has one answer; whatever else comes ends the connection, and none of it
 * harms the next application.
 */
export function wireTarget(): FuzzTarget {
  return {
    name: "wire-server",
    round: async (seed) => {
      const random = new Random(seed);
      const clock = new ManualClock();
      const fixture = await EdgeFixture.start(clock);
      try {
        for (let count = 0; count < CONNECTIONS_IN_A_ROUND; count += 1) {
          const client = await WireClient.connect(fixture.edge.wirePort);
          try {
            if (random.once(2)) await strange(client, random, clock);
            else await familiar(client, random);
          } finally {
            client.close();
          }
        }
        const healthy = await fixture.application("invite");
        assert.deepEqual((await healthy.ask("ping")).tokens, ["OK", "pong"]);
        await eventually(() => assert.equal(fixture.gauge("tandem_wire_applications"), 1), {
          timeoutMs: 2_000,
          intervalMs: 2,
        });
      } finally {
        await fixture.stop();
      }
    },
  };
}

/** Someone who does not authenticate is told nothing but that the secret is wrong, and not kept. */
async function strange(client: WireClient, random: Random, clock: ManualClock): Promise<void> {
  const commands = COMMANDS.filter((command) => !command.startsWith("authenticate"));
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const payload = `id|${random.pick([...commands, "authenticate", "authenticate|", "authenticate|wrong|"])}`;
    client.sendRaw(random.once(3) ? broken(random) : `${lengthOf(payload, random)}#${payload}`);
  }
  await eventually(
    () => {
      clock.advance(5_000);
      assert.ok(client.isClosed, "an application that has not authenticated is kept");
    },
    { timeoutMs: 3_000, intervalMs: 5 },
  );
  for (const { tokens } of client.frames) assert.deepEqual(tokens.slice(3), ["NO", "incorrect secret"]);
}

async function familiar(client: WireClient, random: Random): Promise<void> {
  await client.ask(`authenticate|${SECRET}|`);
  const ids: string[] = [];
  for (let count = random.below(15); count > 0; count -= 1) {
    const id = `${count}-${String.fromCharCode(random.below(256))}`.replace(/[|\r\n]/g, "-");
    const payload = `${id}|${random.pick(COMMANDS)}${message(random)}`;
    for (const piece of random.cut(`${payload.length}#${payload}`, 4_000)) client.sendRaw(piece);
    ids.push(id);
  }
  assert.deepEqual((await client.ask("ping")).tokens, ["OK", "pong"]);
  for (const id of ids) {
    await client.take(({ tokens }) => tokens[1] === "response" && tokens[2] === id && /^N?OK$/.test(tokens[3] ?? ""));
  }
  const twice = client.frames.filter(({ tokens }) => tokens[1] === "response");
  assert.deepEqual(twice, [], "a command was answered twice");
  if (random.once(2)) {
    client.sendRaw("no frame at all");
    await client.closed();
  }
}

/** What follows a meta line; it names no other host. */
function message(random: Random): string {
  if (random.once(4)) return "";
  const start = random.pick(START_LINES);
  return `\r\n${start}\r\n${random.once(3) ? REST : mutate(REST, random, [REST])}`;
}

function lengthOf(payload: string, random: Random): number {
  return random.once(4) ? random.pick([0, 1, payload.length - 1, payload.length + 50, 2 ** 31]) : payload.length;
}

function broken(random: Random): string {
  return random.pick(["#", "-1#x", "1e3#x", "99999999999#x", " 5#hello", "\r\n\r\n", "\xff".repeat(20), "1", "5#"]);
}
