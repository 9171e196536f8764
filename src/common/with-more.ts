/**
 * `{ ...base, ...more }`, where `base` has not all properties of `more`. The V8 of Node 20 gives each object that is made
 * by spreading one, and then gets a property that is new to it, a hidden class of its own: that takes a microsecond, and
 * half a kilobyte until the next full collection, and who reads such objects reads slowly. Where order does not matter,
 * `{ isNew: true, ...base }` does as well.
 */
export function withMore<Base extends object, const More extends object>(base: Base, more: More): WithMore<Base, More> {
  const joined: unknown = Object.assign({}, base, more);
  return joined as WithMore<Base, More>;
}

/** For each of several kinds of `Base` its own. */
export type WithMore<Base, More> = Base extends unknown ? Omit<Base, keyof More> & More : never;
