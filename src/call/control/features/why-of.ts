import type { CausedBy, Doing, EndReason, Outcome, Why } from "../../model/index.ts";

/** What the switch itself ends a session for that a timer has told it. */
const TIMED: ReadonlySet<EndReason> = new Set(["no-answer", "media-timeout"]);
/** What has failed, or is stopped, of the switch itself. */
const DOINGS: Readonly<Partial<Record<EndReason, Doing>>> = {
  "edge-lost": { feature: "node-failure" },
  "switch-stopped": { feature: "normal", detail: "shutdown" },
};

/** Why a session has ended, as the model of calls tells it. */
export function whyOf({ by, reason, status, cause }: Outcome): Why {
  return {
    cause,
    ...(status >= 300 ? { sip: { status } } : {}),
    ...((by === "switch" ? DOINGS[reason] : undefined) ?? { feature: "normal" }),
    by: by === "switch" ? bySwitch(reason) : "party",
  };
}

function bySwitch(reason: EndReason): CausedBy {
  return TIMED.has(reason) ? "timer" : "system";
}
