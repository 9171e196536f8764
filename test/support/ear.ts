import { setTimeout as delay } from "node:timers/promises";
import { digitOfEvent } from "../../src/media/rtp/telephone-digit.ts";
import { eventually } from "./eventually.ts";
import { rootMeanSquare, tonePower } from "./goertzel.ts";
import type { HeardPacket, RtpPhone } from "./rtp-phone.ts";
import { heardAudio } from "./tone-phone.ts";

/** A tone by its frequency, or what it is when it is none of those. */
export type Heard = number | "music" | "ringback" | "silence" | "nothing";

/** Who listens. */
export interface Ear {
  /** As it is called where it hears something else than it should. */
  readonly name: string;
  readonly rtp: RtpPhone;
}

/** What the switch, and phones of a test, may send; whole hertz, far enough from each other to be told apart. */
export const TONES: readonly number[] = [440, 500, 700, 900, 1_100, 1_300, 1_700];

const RINGBACK_HZ = 425;
const LISTENED_MS = 400;
const USUAL_TIMEOUT_MS = 8_000;
/** What `TalkingPhone` describes. */
const EVENT_TYPE = 101;

/** Waits until it hears this. @throws {Error} with what it heard instead */
export async function untilHears(ear: Ear, wanted: Heard, timeoutMs = USUAL_TIMEOUT_MS): Promise<void> {
  await eventually(
    async () => {
      const heard = whatIs(await listen(ear));
      if (heard !== wanted) throw new Error(`${ear.name} hears ${heard} instead of ${wanted}`);
    },
    { timeoutMs, intervalMs: 10 },
  );
}

/** Waits until it hears these tones at once, and no other. @throws {Error} with those it heard instead */
export async function untilHearsAll(ear: Ear, wanted: readonly number[], timeoutMs = USUAL_TIMEOUT_MS): Promise<void> {
  const expected = [...wanted].sort((one, other) => one - other).join();
  await eventually(
    async () => {
      const audio = heardAudio(await listen(ear));
      const heard = TONES.filter((hz) => tonePower(audio, 8_000, hz) > 0.1).join();
      if (heard !== expected) throw new Error(`${ear.name} hears ${heard} instead of ${expected}`);
    },
    { timeoutMs, intervalMs: 10 },
  );
}

/** The keys of telephone events (RFC 4733) in packets: one for each that is over. */
export function heardDigits(packets: readonly HeardPacket[]): string {
  const over = new Map<number, string>();
  for (const { packet } of packets) {
    if ((packet.readUInt8(1) & 0x7f) !== EVENT_TYPE || packet.readUInt8(13) < 0x80) continue;
    over.set(packet.readUInt32BE(4), digitOfEvent(packet.readUInt8(12)) ?? "?");
  }
  return [...over.values()].join("");
}

async function listen({ rtp }: Ear): Promise<readonly HeardPacket[]> {
  const from = rtp.heard.length;
  await delay(LISTENED_MS);
  return rtp.heard.slice(from);
}

function whatIs(packets: readonly HeardPacket[]): Heard {
  if (packets.length < 5) return "nothing";
  const audio = heardAudio(packets);
  if (rootMeanSquare(audio) < 50) return "silence";
  if (tonePower(audio, 8_000, RINGBACK_HZ) > 0.8) return "ringback";
  return TONES.find((hz) => tonePower(audio, 8_000, hz) > 0.8) ?? "music";
}
