/** What a listening quality is estimated from. */
export interface MosInput {
  /** 0 to 1. */
  readonly lossFraction: number;
  readonly jitterMs: number;
  readonly roundTripMs: number;
  /** Encoding name as in SDP; absent, or one that is not known here: as G.711. */
  readonly codec?: string;
}

/** G.107 default rating without impairments. */
const BEST_RATING = 93.2;

/** ITU-T G.113 appendix I: what a codec takes from the rating by itself (Ie), and its robustness to loss (Bpl). */
interface Impairment {
  readonly own: number;
  readonly lossRobustness: number;
}

/** With packet loss concealment. */
const G711: Impairment = { own: 0, lossRobustness: 25.1 };
const IMPAIRMENTS: ReadonlyMap<string, Impairment> = new Map([
  ["PCMU", G711],
  ["PCMA", G711],
  ["G729", { own: 11, lossRobustness: 19 }],
  ["G723", { own: 15, lossRobustness: 16.1 }],
  ["GSM-EFR", { own: 5, lossRobustness: 10 }],
]);
const PACKET_AND_CODEC_MS = 20;

/**
 * Mean opinion score, 1 to 4.5, by the E-model with default values: delay is half the round trip, a packet, and a
 * buffer of twice the jitter.
 * @see ITU-T G.107 (Id, Ie-eff, annex B), simplified as in Cole and Rosenbluth, "Voice over IP performance monitoring"
 */
export function estimateMos({ lossFraction, jitterMs, roundTripMs, codec = "" }: MosInput): number {
  const { own, lossRobustness } = IMPAIRMENTS.get(codec.toUpperCase()) ?? G711;
  const delayMs = roundTripMs / 2 + 2 * jitterMs + PACKET_AND_CODEC_MS;
  const delayImpairment = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const lossPercent = 100 * Math.min(1, Math.max(0, lossFraction));
  const lossImpairment = own + ((95 - own) * lossPercent) / (lossPercent + lossRobustness);
  const rating = BEST_RATING - delayImpairment - lossImpairment;
  if (rating <= 0) return 1;
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}
