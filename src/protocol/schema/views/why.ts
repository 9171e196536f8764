import { choice, integer, object, ref, text } from "../builder.ts";
import type { Definitions } from "../json-schema.ts";

/** Why something changed. */
export const WHY_DEFINITIONS: Definitions = {
  CausedBy: choice("Who caused a change.", ["party", "application", "system", "timer"]),
  FeatureReason: choice("Why, in terms of features.", [
    "normal",
    "redirect",
    "forward-all",
    "forward-busy",
    "forward-no-answer",
    "forward-unregistered",
    "forward-on-failure",
    "transfer",
    "blind-transfer",
    "conference",
    "park",
    "unpark",
    "park-reminder",
    "pickup",
    "barge",
    "hold",
    "retrieve",
    "refer",
    "replaces",
    "redirection-3xx",
    "hunt",
    "queueing",
    "de-queueing",
    "announcement",
    "make-call",
    "quiet-clear",
    "node-failure",
  ]),
  SipCause: object(
    "What SIP said.",
    { status: integer("Status of the response.", 100, 699) },
    { reason: text("Reason phrase of the response.", 256) },
  ),
  Why: object(
    "Why a call or a part of it changed.",
    {
      cause: integer("Cause of Q.850.", 0, 127),
      feature: ref("FeatureReason"),
      by: ref("CausedBy"),
    },
    {
      sip: ref("SipCause", "When SIP spoke."),
      detail: text(
        "What exactly, where the feature has several ways, such as `no-coverage`. Other values may come: one that is not known counts as absent.",
        32,
      ),
    },
  ),
};
