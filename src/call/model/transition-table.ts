/** Which states may follow which: what a figure of docs/call-model.md is drawn from. */
export type TransitionTable<State extends string> = Readonly<Record<State, readonly State[]>>;

/** True when `to` may follow `from`; staying is no transition. */
export function isTransition<State extends string>(table: TransitionTable<State>, from: State, to: State): boolean {
  return table[from].includes(to);
}
