import assert from "node:assert/strict";
import { parseSipMessage } from "../../../src/sip/message/index.ts";
import type { ClientTransaction } from "../../../src/sip/transaction/index.ts";
import {
  FLOW,
  makeLayer,
  PEER,
  requestText,
  responseText,
  RecordingHandlers,
  TCP_FLOW,
} from "../../unit/sip/transaction/transaction-fixture.ts";
import type { FuzzTarget } from "./fuzz-target.ts";
import { mutate, readCorpus } from "./mutation.ts";
import { Random } from "./random.ts";

const EVENTS_IN_A_ROUND = 120;
const LIMITS = {
  maxServerTransactions: 40,
  maxClientTransactions: 40,
  maxFinishedTransactions: 60,
  maxFinishedInvites: 60,
};
/** Longer than any timer of RFC 3261 17 and what the edge keeps behind it. */
const LONG_MS = 10 * 60_000;

type Layer = ReturnType<typeof makeLayer> & { readonly sent: ClientTransaction[] };

/** The layer throws never, sends only well-formed messages, holds no more than its limits, and all of it ends. */
export function transactionTarget(): FuzzTarget {
  const corpus = readCorpus();
  return {
    name: "transactions",
    round: (seed) => {
      const random = new Random(seed);
      const made = { ...makeLayer({ limits: LIMITS }), sent: [] };
      const texts = [...corpus, requestText(), requestText({ method: "OPTIONS" }), requestText({ toTag: "t" })];
      for (let count = 0; count < EVENTS_IN_A_ROUND; count += 1) {
        happen(made, random, texts);
        checkSent(made, texts);
        checkHeld(made);
      }
      made.user.failure = undefined;
      endAll(made);
      made.clock.advance(LONG_MS);
      checkEnded(made);
      made.layer.close();
      assert.equal(made.clock.activeTimers, 0, "a timer is left behind");
    },
  };
}

function happen({ layer, user, clock, sent }: Layer, random: Random, texts: string[]): void {
  const flow = random.pick([FLOW, TCP_FLOW]);
  const text = mutate(random.pick(texts), random, texts);
  user.failure = random.once(20) ? new Error("the user throws") : undefined;
  switch (random.below(8)) {
    case 0:
      layer.onBadInput("whatever", flow, text);
      break;
    case 1:
      clock.advance(random.below(4_000));
      break;
    case 2: {
      const tx = user.requests[random.below(user.requests.length)];
      const status = 100 + random.below(600);
      tx?.respond(status, responseText(tx.request, status));
      break;
    }
    case 3: {
      const branch = `z9hG4bKours${random.below(1_000_000)}`;
      const method = random.pick(["INVITE", "OPTIONS", "BYE"]);
      const request = requestText({ method, via: `SIP/2.0/UDP 127.0.0.1:5060;branch=${branch}` });
      sent.push(layer.request(request, PEER, new RecordingHandlers()));
      texts.push(responseText(request, 100 + random.below(600)));
      break;
    }
    default:
      layer.onMessage(text, flow);
  }
}

function checkSent({ sender }: Layer, texts: string[]): void {
  for (const { text, target } of sender.take()) {
    // What is refused for its length is echoed all the same (RFC 3261 8.2.6.2).
    const parsed = parseSipMessage(text, { maxBytes: 200_000, maxHeaderLineBytes: 100_000, maxHeaders: 1_000 });
    assert.ok(parsed.ok, `sent what is no message: ${text}`);
    assert.ok(target.port > 0 && target.port < 65_536);
    if (texts.length < 500 && parsed.value.kind === "request") texts.push(text);
  }
}

function checkHeld(layer: Layer): void {
  const valueOf = (name: string, kind?: string): number => layer.valueOf(name, kind);
  const open = ["invite-server", "non-invite-server"].map((kind) => valueOf("tandem_sip_transactions", kind));
  const sum = open.reduce((total, value) => total + value, 0);
  assert.ok(sum <= LIMITS.maxServerTransactions, `${sum} server transactions`);
  const clients = ["invite-client", "non-invite-client"].map((kind) => valueOf("tandem_sip_transactions", kind));
  assert.ok(clients.reduce((total, value) => total + value, 0) <= LIMITS.maxClientTransactions);
  assert.ok(valueOf("tandem_sip_finished_transactions") <= 2 * LIMITS.maxFinishedTransactions);
  assert.ok(valueOf("tandem_sip_finished_invites") <= LIMITS.maxFinishedInvites);
}

/** What RFC 3261 leaves to the user: each request has a final response, and an INVITE that rings is cancelled. */
function endAll({ user, layer, sent }: Layer): void {
  for (const tx of user.requests) tx.respond(500, responseText(tx.request, 500));
  for (const { tx } of user.cancels) tx.respond(481, responseText(tx.request, 481));
  for (const tx of sent) layer.cancel(tx);
}

function checkEnded(layer: Layer): void {
  for (const kind of ["invite-client", "non-invite-client", "invite-server", "non-invite-server"]) {
    assert.equal(layer.valueOf("tandem_sip_transactions", kind), 0, `${kind} transactions are left`);
  }
}
