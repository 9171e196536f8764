/** What of an SRV record says when it is used. */
export interface Weighted {
  /** Lower values first. */
  readonly priority: number;
  /** Share of what goes to records of the same priority. */
  readonly weight: number;
}

/**
 * Puts SRV records into the order in which they are tried: by priority, and at random by weight among those of one
 * priority. Pure but for `random`.
 * @param random a number from 0 to below 1
 * @see RFC 2782, "Usage rules"
 */
export function orderServices<Service extends Weighted>(services: readonly Service[], random: () => number): Service[] {
  const priorities = [...new Set(services.map(({ priority }) => priority))].sort((one, other) => one - other);
  return priorities.flatMap((wanted) =>
    byWeight(
      services.filter(({ priority }) => priority === wanted),
      random,
    ),
  );
}

function byWeight<Service extends Weighted>(services: readonly Service[], random: () => number): Service[] {
  // Those without weight stand first: they have a small chance, and the last place otherwise.
  const left = [...services].sort((one, other) => Number(one.weight > 0) - Number(other.weight > 0));
  const ordered: Service[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    const drawn = Math.floor(random() * (sum + 1));
    let running = 0;
    const index = left.findIndex(({ weight }) => (running += weight) >= drawn);
    ordered.push(...left.splice(Math.max(0, index), 1));
  }
  return ordered;
}

/** The same in random order. */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items];
  for (let at = result.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [result[at], result[other]] = [result[other] as Item, result[at] as Item];
  }
  return result;
}
