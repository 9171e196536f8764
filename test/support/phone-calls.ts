import assert from "node:assert/strict";
import type { Baresip } from "./baresip.ts";
import { tonePower } from "./goertzel.ts";

const RATE_HZ = 8_000;

/** Lets `caller` dial a number and `callee` answer; resolves when both say that the call is up. */
export async function callAndAnswer(caller: Baresip, number: string, callee: Baresip): Promise<void> {
  await caller.dial(number);
  await callee.event("CALL_INCOMING");
  await callee.accept();
  await Promise.all([caller.event("CALL_ESTABLISHED"), callee.event("CALL_ESTABLISHED")]);
}

/** Asserts that a phone hears a tone for the next half second. */
export async function assertHears(phone: Baresip, toneHz: number): Promise<void> {
  const samples = await phone.hears(500);
  const power = tonePower(samples, RATE_HZ, toneHz);
  assert.ok(power > 0.9, `expected ${toneHz} Hz, its share is ${power.toFixed(2)}\n${phone.transcript}`);
}

/** Lets `phone` hang up and waits until the other side is told. */
export async function hangUp(phone: Baresip, other: Baresip): Promise<void> {
  await phone.hangup();
  await other.closedReason();
}
