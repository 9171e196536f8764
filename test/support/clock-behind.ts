import { hostClock, type SdkClock } from "../../src/sdk/connection/sdk-clock.ts";

/** That of an application whose host's time is behind. */
export function clockBehind(ms: number): SdkClock {
  return { ...hostClock, wallMs: () => hostClock.wallMs() - ms };
}
