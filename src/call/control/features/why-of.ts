import type { Outcome, Why } from "../../model/index.ts";

/** Why a session has ended, as the model of calls tells it. */
export function whyOf({ by, reason, status, cause }: Outcome): Why {
  return {
    cause,
    ...(status >= 300 ? { sip: { status } } : {}),
    feature: "normal",
    by: by !== "switch" ? "party" : reason === "no-answer" ? "timer" : "system",
  };
}
