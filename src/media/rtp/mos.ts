/** What a listening quality is estimated from. */
export interface MosInput {
  /** 0 to 1. */
  readonly lossFraction: number;
  readonly jitterMs: number;
  readonly roundTripMs: number;
}

/** G.107 default rating without impairments. */
const BEST_RATING = 93.2;
/** G.113 appendix I: robustness of G.711 with packet loss concealment; its own impairment is 0. */
const LOSS_ROBUSTNESS = 25.1;
const PACKET_AND_CODEC_MS = 20;

/**
 * Mean opinion score, 1 to 4.5, by the E-model with default values: delay is half the round trip, a packet, and a
 * buffer of twice the jitter.
 * @see ITU-T G.107 (Id, Ie-eff, annex B), simplified as in Cole and Rosenbluth, "Voice over IP performance monitoring"
 */
export function estimateMos({ lossFraction, jitterMs, roundTripMs }: MosInput): number {
  const delayMs = roundTripMs / 2 + 2 * jitterMs + PACKET_AND_CODEC_MS;
  const delayImpairment = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const lossPercent = 100 * Math.min(1, Math.max(0, lossFraction));
  const lossImpairment = (95 * lossPercent) / (lossPercent + LOSS_ROBUSTNESS);
  const rating = BEST_RATING - delayImpairment - lossImpairment;
  if (rating <= 0) return 1;
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}
