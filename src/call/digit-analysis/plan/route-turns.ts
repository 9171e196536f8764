/** Groups that are counted; the oldest is forgotten then, and begins with its first trunk again. */
const MAX_GROUPS = 1_000;

/** Counts the calls of circular route groups. */
export class RouteTurns {
  readonly #turns = new Map<string, number>();

  /** 0 for the first call of a group, then one more each time. */
  next(routeGroup: string): number {
    const turn = this.#turns.get(routeGroup) ?? 0;
    const [oldest] = this.#turns.keys();
    if (turn === 0 && this.#turns.size >= MAX_GROUPS && oldest !== undefined) this.#turns.delete(oldest);
    this.#turns.set(routeGroup, (turn + 1) % Number.MAX_SAFE_INTEGER);
    return turn;
  }
}
