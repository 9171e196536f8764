import type { Ids } from "../../../common/index.ts";
import { digitOfEvent } from "../../rtp/telephone-digit.ts";
import type { Direction } from "../../sdp/direction.ts";
import type { OfferedFormats } from "../../sdp/answer-fit.ts";
import type { SdpOrigin } from "../../sdp/origin.ts";
import type { SocketOwner } from "./relay-context.ts";

/** What a `RelaySide` starts from. */
export interface RelaySideStart {
  readonly tag: string;
  /** Of the SDP that this side is sent. */
  readonly origin: SdpOrigin;
  readonly hasBeenHeard: boolean;
  /** Its last offer: the streams that were passed on, by media line, with their direction. */
  readonly offered: ReadonlyMap<number, Direction> | undefined;
  /** See `RelaySide.hasLeft`; absent: no. */
  readonly hasLeft?: boolean | undefined;
}

/** ITU-T Q.24: nobody takes shorter ones for digits. */
const SHORTEST_DIGIT_MS = 40;

/** One party of a session. */
export class RelaySide implements SocketOwner {
  readonly tag: string;
  origin: SdpOrigin;
  hasBeenHeard: boolean;
  offered: ReadonlyMap<number, Direction> | undefined;
  /** What its last offer had, by media line; not kept for another process, which then holds answers against nothing. */
  formats: ReadonlyMap<number, OfferedFormats> = new Map();
  /** What it was sent last; not kept for another process. */
  lastSdp: string | undefined;
  /** It is a side of another session now; what is here is what it was. */
  hasLeft: boolean;
  lastHeardMs = 0;
  rejected = 0;
  readonly #onSource: (side: RelaySide, isFirst: boolean) => void;
  readonly #onDigit: (side: RelaySide, digit: string) => void;
  #lastDigitMs = Number.NEGATIVE_INFINITY;

  /** @param onDigit told of each DTMF digit, 25 a second at most */
  constructor(
    start: RelaySideStart,
    onSource: (side: RelaySide, isFirst: boolean) => void,
    onDigit: (side: RelaySide, digit: string) => void = () => undefined,
  ) {
    this.tag = start.tag;
    this.origin = start.origin;
    this.hasBeenHeard = start.hasBeenHeard;
    this.offered = start.offered;
    this.hasLeft = start.hasLeft ?? false;
    this.#onSource = onSource;
    this.#onDigit = onDigit;
  }

  handleSource(kind: "rtp" | "rtcp"): void {
    const isFirst = kind === "rtp" && !this.hasBeenHeard;
    if (isFirst) this.hasBeenHeard = true;
    this.#onSource(this, isFirst);
  }

  handleEvent(event: number, nowMs: number): void {
    const digit = digitOfEvent(event);
    if (digit === undefined || nowMs - this.#lastDigitMs < SHORTEST_DIGIT_MS) return;
    this.#lastDigitMs = nowMs;
    this.#onDigit(this, digit);
  }
}

/** The same party as a side of another session, where nothing is counted yet. */
export function movedSide(from: RelaySide, tag: string, newSide: (start: RelaySideStart) => RelaySide): RelaySide {
  const { origin, hasBeenHeard, offered, formats, lastSdp, lastHeardMs } = from;
  const side = newSide({ tag, origin, hasBeenHeard, offered });
  side.formats = formats;
  side.lastSdp = lastSdp;
  side.lastHeardMs = lastHeardMs;
  return side;
}

/** Two sides that have sent and been sent nothing. */
export function newSideStarts(tags: readonly [string, string], ids: Ids): readonly [RelaySideStart, RelaySideStart] {
  const digits = ids.token(12);
  const start = (tag: string, from: number): RelaySideStart => {
    const sessionId = Number.parseInt(digits.slice(from, from + 12), 16);
    return { tag, origin: { sessionId, version: 0, digest: "" }, hasBeenHeard: false, offered: undefined };
  };
  return [start(tags[0], 0), start(tags[1], 12)];
}
