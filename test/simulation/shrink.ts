import type { Action } from "./actions.ts";

/**
 * Leaves out as many actions as it can while it still fails (delta debugging: Zeller, "Simplifying and Isolating
 * Failure-Inducing Input"), and then the waits. @param fails bounded by itself
 * @param mayGoOn false: what is found so far is good enough
 */
export function shrink(
  actions: readonly Action[],
  fails: (actions: readonly Action[]) => boolean,
  mayGoOn: () => boolean,
): readonly Action[] {
  let current = withoutChunks(actions, fails, mayGoOn);
  for (let index = 0; index < current.length && mayGoOn(); index += 1) {
    const action = current[index];
    if (action === undefined || action.waitMs === 0) continue;
    const hurried = current.with(index, { ...action, waitMs: 0 });
    if (fails(hurried)) current = hurried;
  }
  return withoutChunks(current, fails, mayGoOn);
}

function withoutChunks(
  actions: readonly Action[],
  fails: (actions: readonly Action[]) => boolean,
  mayGoOn: () => boolean,
): readonly Action[] {
  let current = actions;
  let size = Math.ceil(current.length / 2);
  while (size >= 1 && mayGoOn()) {
    let isSmaller = false;
    for (let start = 0; start < current.length && mayGoOn();) {
      const rest = [...current.slice(0, start), ...current.slice(start + size)];
      if (rest.length < current.length && fails(rest)) {
        current = rest;
        isSmaller = true;
      } else start += size;
    }
    if (size === 1 && !isSmaller) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return current;
}
