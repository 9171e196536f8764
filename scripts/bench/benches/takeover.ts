import type { ImportedDialog } from "../../../src/sip/dialog/index.ts";
import { WireClient } from "../../../test/support/wire-client.ts";
import { TANDEM, type Bench, type BenchContext, type Measured } from "../bench.ts";
import { median } from "../results/statistics.ts";
import { startService } from "../systems/service-process.ts";

const DIALOGS = 1_000;
/** What one request may hold. */
const A_REQUEST = 250;
const SDP =
  "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0 8 101\r\n" +
  "a=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n";

/** Dialogs told to an edge that has lost them, and dialogs of an application that was killed. */
export const takeover: Bench = {
  name: "takeover",
  about: `${DIALOGS} dialogs imported, and claimed by another application`,
  estimateSeconds: ({ runs }) => 2 + runs,
  run: measureTakeover,
};

async function measureTakeover(context: BenchContext): Promise<Measured[]> {
  const edge = await startService(context, "edge");
  const importMs: number[] = [];
  const claimMs: number[] = [];
  // The first dialogs are for a warm edge.
  for (let run = 0; run <= context.options.runs; run += 1) {
    const instance = `application-${run}`;
    const first = await connected(context, edge.wire, instance);
    const batches = batchesOf(run);
    const importedMs = await timed(async () => {
      const replies = await Promise.all(batches.map((dialogs) => first.ask(`import\r\n${JSON.stringify(dialogs)}`)));
      expect(replies.map(({ tokens }) => tokens.join("|")).join(" "), "OK|250|0|0 OK|250|0|0 OK|250|0|0 OK|250|0|0");
    });
    first.close();
    await first.closed();
    const second = await connected(context, edge.wire, `heir-${run}`);
    const claimedMs = await timed(async () => {
      const { tokens } = await second.ask(`claim|instance|${instance}`);
      expect(tokens.join("|"), `OK|${DIALOGS}`);
    });
    second.close();
    await second.closed();
    context.progress(
      `${DIALOGS} dialogs imported in ${importedMs.toFixed(1)} ms, claimed in ${claimedMs.toFixed(1)} ms`,
    );
    if (run === 0) continue;
    importMs.push(importedMs);
    claimMs.push(claimedMs);
  }
  await edge.close();
  const measured = (metric: string, values: readonly number[]): Measured => {
    return { bench: "takeover", system: TANDEM, metric, value: Number(median([...values]).toFixed(1)), unit: "ms" };
  };
  return [measured("1,000 dialogs imported", importMs), measured("1,000 dialogs claimed", claimMs)];
}

async function connected(
  { cleanup }: BenchContext,
  { port, secret }: { readonly port: number; readonly secret: string },
  instance: string,
): Promise<WireClient> {
  const client = cleanup.add(await WireClient.connect(port), (made) => made.close());
  await client.ask(`authenticate|${secret}|${instance}`);
  await client.ask("route|bye");
  return client;
}

function batchesOf(run: number): ImportedDialog[][] {
  const batches: ImportedDialog[][] = [];
  for (let from = 0; from < DIALOGS; from += A_REQUEST) {
    batches.push(Array.from({ length: A_REQUEST }, (_, index) => dialog(`${run}-${from + index}@192.0.2.7`)));
  }
  return batches;
}

function dialog(callId: string): ImportedDialog {
  return {
    role: "uas",
    callId,
    localTag: "sd3a0f1b2c4d5e",
    remoteTag: "a-tag-of-usual-length",
    local: "<sip:1002@192.0.2.1>;tag=sd3a0f1b2c4d5e",
    remote: '"Somebody" <sip:1001@192.0.2.1>;tag=a-tag-of-usual-length',
    localCseq: 100_001,
    remoteCseq: 2,
    remoteTarget: "sip:1001@192.0.2.7:5062;transport=udp",
    routeSet: [],
    protocol: "udp",
    nextHop: "sip:192.0.2.8:40000;transport=udp",
    session: { intervalSeconds: 1_800, refresher: "remote" },
    allow: ["INVITE", "UPDATE"],
    body: SDP,
  };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

function expect(actual: string, expected: string): void {
  if (actual !== expected) throw new Error(`expected ${expected}, the edge answered ${actual}`);
}
