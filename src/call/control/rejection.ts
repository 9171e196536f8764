import type { HeaderList } from "../signaling/signaling-port.ts";

/** The answer to a request that goes no further. `reason` is for logs and metrics, from a closed set. */
export interface Rejection {
  readonly status: number;
  readonly headers: HeaderList;
  readonly reason: string;
}

export function rejection(status: number, reason: string, headers: HeaderList = []): Rejection {
  return { status, headers, reason };
}
