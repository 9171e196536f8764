import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "../../../test/support/eventually.ts";
import { Sipp, sippCredentials, type SippResult } from "../../../test/support/sipp.ts";
import type { BenchContext } from "../bench.ts";
import { cpuMsEach, usageOf, type Usage } from "./process-usage.ts";
import type { Burst } from "./rate-search.ts";
import {
  CALLED_NUMBER,
  CALLEE_ADDRESS,
  CALLER_ADDRESS,
  PHONE_PORT,
  registeredUsers,
  type SystemUnderTest,
} from "../systems/system-under-test.ts";

/** Calls or registrations of one burst, and what they cost. */
export interface LoadBurst extends Burst {
  /** Processor time of one call or registration by process, in ms. */
  readonly cpuMs: ReadonlyMap<string, number>;
  readonly usage: readonly Usage[];
  readonly client: SippResult;
}

/** Length of a call in bursts. */
export const HOLD_MS = 200;

/** How much longer than wanted a burst may take before the generator has not kept up with its rate. */
const SLACK_SHARE = 0.03;
const SLACK_MS = 600;
/** Time for calls that wait for retransmissions; a burst is not clean by then. */
const DRAIN_MS = 20_000;
const CALLEE_DRAIN_MS = 3_000;
/** After a burst that was too much, for what is still on its way. */
const REST_MS = 2_000;
const START_TIMEOUT_MS = 5_000;

/** A SIPp process that answers every call, once it listens; in `cleanup`. */
export async function startCallee({ cleanup }: BenchContext): Promise<Sipp> {
  const callee = cleanup.add(
    Sipp.start({ scenario: "answer", address: CALLEE_ADDRESS, port: PHONE_PORT, mediaPort: 20_000 }),
    (sipp) => sipp.close(),
  );
  await eventually(() => assertBound(CALLEE_ADDRESS, PHONE_PORT), { timeoutMs: START_TIMEOUT_MS, intervalMs: 10 });
  return callee;
}

/** Calls at `rate` for `seconds` from one SIPp process through the system to another. */
export async function runCallBurst(
  context: BenchContext,
  system: SystemUnderTest,
  rate: number,
  seconds = context.options.seconds,
): Promise<LoadBurst> {
  const callee = await startCallee(context);
  try {
    const load = { rate, seconds, holdMs: HOLD_MS };
    const burst = await measure(context, system, load, {
      scenario: "call",
      service: system.service ?? CALLED_NUMBER,
      mediaPort: 30_000,
      holdMs: HOLD_MS,
    });
    // A callee that still has calls when the caller is done was never told that they have ended.
    const callees = await callee.stop(CALLEE_DRAIN_MS).catch(() => undefined);
    const isClean = burst.isClean && callees?.failed === 0 && callees.retransmissions === 0;
    report(context, system, "calls/s", load, { ...burst, isClean });
    if (!isClean) await delay(REST_MS);
    return { ...burst, isClean };
  } finally {
    await callee.close();
  }
}

/** Digest registrations at `rate` for `seconds`; two transactions each. */
export async function runRegisterBurst(
  context: BenchContext,
  system: SystemUnderTest,
  rate: number,
): Promise<LoadBurst> {
  const load = { rate, seconds: context.options.seconds, holdMs: 0 };
  const burst = await measure(context, system, load, {
    scenario: "register-digest",
    keywords: { contact_port: String(PHONE_PORT), expires: "600" },
    rows: registeredUsers().map(({ user, password }) => [user, sippCredentials(user, password)]),
  });
  report(context, system, "registrations/s", load, burst);
  if (!burst.isClean) await delay(REST_MS);
  return burst;
}

interface Load {
  readonly rate: number;
  readonly seconds: number;
  readonly holdMs: number;
}

async function measure(
  { cleanup }: BenchContext,
  { sip, groups }: SystemUnderTest,
  { rate, seconds, holdMs }: Load,
  options: Pick<
    Parameters<typeof Sipp.start>[0],
    "scenario" | "service" | "keywords" | "rows" | "holdMs" | "mediaPort"
  >,
): Promise<LoadBurst> {
  const calls = Math.max(1, Math.round(rate * seconds));
  const before = usageOf(groups);
  const client = cleanup.add(
    Sipp.start({
      ...options,
      address: CALLER_ADDRESS,
      port: PHONE_PORT,
      target: sip,
      calls,
      callsPerSecond: rate,
      maxCalls: 10_000,
      receiveTimeoutMs: DRAIN_MS / 2,
    }),
    (sipp) => sipp.close(),
  );
  try {
    const result = await client.finished(seconds * 1_000 + 2 * DRAIN_MS);
    const usage = usageOf(groups);
    return {
      isClean: isClean(result, calls, seconds * 1_000 * (1 + SLACK_SHARE) + holdMs + SLACK_MS),
      cpuMs: cpuMsEach(before, usage, calls),
      usage,
      client: result,
    };
  } finally {
    await client.close();
  }
}

/** Every call was good, nothing was sent again, and the calls were made as fast as wanted. */
export function isClean(result: SippResult, calls: number, atMostMs: number): boolean {
  const { successful, failed, retransmissions, elapsedMs } = result;
  return successful === calls && failed === 0 && retransmissions === 0 && elapsedMs <= atMostMs;
}

function report(
  { progress }: BenchContext,
  { name }: SystemUnderTest,
  unit: string,
  { rate, seconds }: Load,
  { isClean: isGood, cpuMs, client }: LoadBurst,
): void {
  const { failed, retransmissions, elapsedMs } = client;
  const cpu = [...cpuMs].map(([process, ms]) => `${process} ${ms.toFixed(2)} ms`).join(", ");
  const verdict = isGood
    ? "clean"
    : `not clean: the caller saw ${failed} failed, ${retransmissions} sent again, took ${(elapsedMs / 1_000).toFixed(1)} s`;
  progress(`${name}: ${rate} ${unit} for ${seconds} s: ${verdict} (processor: ${cpu})`);
}

function assertBound(address: string, port: number): void {
  if (!isBoundIn(readFileSync("/proc/net/udp", "latin1"), address, port)) throw new Error(`${address} is not bound`);
}

/** Whether a UDP socket is bound to the address, by the text of /proc/net/udp (addresses are little endian). */
export function isBoundIn(table: string, address: string, port: number): boolean {
  const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, "0");
  const reversed = address.split(".").reverse();
  const local = `${reversed.map((part) => hex(Number(part), 2)).join("")}:${hex(port, 4)}`;
  return table.split("\n").some((line) => line.trim().split(/\s+/)[1] === local);
}
