/**
 * The value below which `share` (0 to 1) of the values lie, by nearest rank.
 * @throws {RangeError} when there are no values
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new RangeError("no values to take a percentile of");
  return value;
}

/** The middle value; of an even number of values the lower of the two in the middle, which was measured. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Rounds to `digits` digits that matter: 1234.5 to 1230 and 0.012345 to 0.0123 with three. */
export function roundTo(value: number, digits = 3): number {
  return Number(value.toPrecision(digits));
}
