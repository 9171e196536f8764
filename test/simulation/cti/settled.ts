/** More than any chain of turns in which something small is done. */
const TURNS = 4;

/** Turns of the event loop: what was begun in one is done in those after it. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** What waits for nothing but its turn is done. */
export async function settled(): Promise<void> {
  await turns(TURNS);
}
