import type { BodyOf } from "../../database/index.ts";
import type { LineLimits } from "./sip-phone.ts";

/** Without a busy trigger of its own a line is busy at nine tenths of its calls. */
export function lineLimits({ maxCalls, busyTrigger }: BodyOf<"directory-number">): LineLimits {
  return { maxCalls, busyTrigger: busyTrigger ?? Math.max(1, Math.floor(maxCalls * 0.9)) };
}
