/** Which counts of one nonce were used: the highest, and the 64 up to it. Counts below those are all taken as used. */
export interface NonceCountWindow {
  readonly highest: number;
  /** Bit n is set when `highest - n` was used. */
  readonly used: bigint;
}

const WINDOW = 64;
const ALL_USED = 2n ** BigInt(WINDOW) - 1n;

/** A window whose first use is `count`; with `lowerUsed` no lower count is taken afterwards. */
export function openWindow(count: number, lowerUsed: boolean): NonceCountWindow {
  return { highest: count, used: lowerUsed ? ALL_USED : 1n };
}

/** The window after `count` is used, or `undefined` when it was used before or is too far behind. */
export function useCount(window: NonceCountWindow, count: number): NonceCountWindow | undefined {
  const ahead = count - window.highest;
  if (ahead >= WINDOW) return { highest: count, used: 1n };
  if (ahead > 0) return { highest: count, used: BigInt.asUintN(WINDOW, window.used << BigInt(ahead)) | 1n };
  if (ahead <= -WINDOW) return undefined;
  const bit = 1n << BigInt(-ahead);
  return (window.used & bit) === 0n ? { highest: window.highest, used: window.used | bit } : undefined;
}
