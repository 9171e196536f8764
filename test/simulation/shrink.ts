/** Something that happens after a while. */
interface Waited {
  readonly waitMs: number;
}

/**
 * Leaves out as many actions as it can while it still fails (delta debugging: Zeller, "Simplifying and Isolating
 * Failure-Inducing Input"), and then the waits. @param fails bounded by itself
 * @param mayGoOn false: what is found so far is good enough
 */
export async function shrink<Action extends Waited>(
  actions: readonly Action[],
  fails: (actions: readonly Action[]) => boolean | Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<readonly Action[]> {
  let current = await withoutChunks(actions, fails, mayGoOn);
  for (let index = 0; index < current.length && mayGoOn(); index += 1) {
    const action = current[index];
    if (action === undefined || action.waitMs === 0) continue;
    const hurried = current.with(index, { ...action, waitMs: 0 });
    if (await fails(hurried)) current = hurried;
  }
  return withoutChunks(current, fails, mayGoOn);
}

async function withoutChunks<Action>(
  actions: readonly Action[],
  fails: (actions: readonly Action[]) => boolean | Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<readonly Action[]> {
  let current = actions;
  let size = Math.ceil(current.length / 2);
  while (size >= 1 && mayGoOn()) {
    let isSmaller = false;
    for (let start = 0; start < current.length && mayGoOn();) {
      const rest = [...current.slice(0, start), ...current.slice(start + size)];
      if (rest.length < current.length && (await fails(rest))) {
        current = rest;
        isSmaller = true;
      } else start += size;
    }
    if (size === 1 && !isSmaller) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return current;
}
