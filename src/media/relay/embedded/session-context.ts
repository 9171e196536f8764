import type { Logger } from "../../../common/index.ts";
import type { FarEndContext } from "./far-end.ts";
import type { LegAllocator } from "./relay-leg.ts";

/** What sessions share. */
export interface SessionContext extends FarEndContext {
  readonly allocator: LegAllocator;
  /** Local address of the sockets. */
  readonly address: string;
  /** Address that stands in SDP. */
  readonly advertisedAddress: string;
  readonly logger: Logger;
}
