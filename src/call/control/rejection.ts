import type { HeaderList } from "../signaling/signaling-port.ts";

/** The answer to a request that goes no further. `reason` is for logs and metrics, from a closed set. */
export interface Rejection {
  readonly status: number;
  readonly headers: HeaderList;
  readonly reason: string;
  /** Q.850 cause, where it is not that of the status. */
  readonly cause?: number;
}

export function rejection(status: number, reason: string, headers: HeaderList = [], cause?: number): Rejection {
  return { status, headers, reason, ...(cause === undefined ? {} : { cause }) };
}
