import { isIP, type LookupFunction } from "node:net";

/** A `lookup` for sockets that only ever get literal addresses: answers at once, where the default waits for a thread. */
export const literalLookup = ((
  hostname: string,
  _options: unknown,
  done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void => {
  done(null, hostname, isIP(hostname));
}) satisfies LookupFunction;
