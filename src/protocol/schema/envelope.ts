import { BOUNDS } from "../bounds.ts";
import { choice, constant, flag, instant, integer, name, object, ref, text } from "./builder.ts";
import type { Definitions } from "./json-schema.ts";

/** What goes with every request, and what every error says. */
export const ENVELOPE_DEFINITIONS: Definitions = {
  Meta: {
    ...object(
      "What may go with every request.",
      {},
      {
        key: name("Names the command: sent again with the same key it is not done again."),
        keyMs: instant("When the key was made; one that is older than what is remembered is refused."),
        deadlineMs: instant("The command is not begun after that."),
        ifVersion: integer("It is done only if the call has this version.", 1),
        ifState: name("It is done only if the device in the call, or its connection, has this state.", BOUNDS.state),
        traceparent: text(
          "Trace context (W3C): stands in events that are effects of the command, in the audit and in log lines about it.",
          BOUNDS.traceparent,
        ),
        dryRun: flag("True: nothing is done; the answer is what it would be."),
        waits: flag("False: refused at once while another command on the call is under way. Default true."),
      },
    ),
    additionalProperties: false,
    dependentRequired: { key: ["keyMs"], keyMs: ["key"] },
  },
  Actor: object(
    "Who has done something.",
    { user: name("The user."), session: name("Id of the session.") },
    { client: text("What the application calls itself.", 128) },
  ),
  Outcome: choice("Whether what was asked has been done; `unknown` is followed by an event that settles it.", [
    "not_applied",
    "applied",
    "unknown",
  ]),
  Retry: choice(
    "`never`; `same`: again with the same key; `after`: the same after `retryAfterMs`; `reconcile`: read the state first; `other_node`.",
    ["never", "same", "after", "reconcile", "other_node"],
  ),
  ErrorEnvelope: object(
    "The `data` of an error.",
    {
      code: name("Stable name of the error.", 64),
      family: name("Family of the error; it has a number of its own.", 32),
      message: text("One sentence, which may change.", 1_024),
      outcome: ref("Outcome"),
      retry: ref("Retry"),
    },
    {
      retryAfterMs: integer("Wait before it is sent again.", 0, 3_600_000, "milliseconds"),
      entity: object("What it is about.", {
        kind: name("What kind of thing: `session`, `device`, `line`, `call`, `route`, `subscription`.", 32),
        id: name("Its id or name.", 256),
      }),
      state: text("State of the entity now.", 64),
      version: integer("Version of the entity now.", 0),
      expected: text("State or version that is needed.", 256),
      actor: ref("Actor", "Who has changed it."),
      sip: ref("SipCause", "When a far end said no."),
      q850: integer("Cause of Q.850, when a far end said no.", 0, 127),
      limit: object(
        "The limit that is reached.",
        { name: name("Which limit.", 64), value: integer("Its value.") },
        { used: integer("What is used of it.") },
      ),
      path: text("Which parameter is wrong, as a JSON pointer such as `/destinations/0/to`.", 256),
      reason: text("Why, where the code has several reasons.", 256),
      traceId: text("In every log line about the request.", 64),
      doc: text("Where the error is described.", 512),
    },
  ),
  Heartbeat: object(
    "Parameters of the notification `heartbeat`.",
    {},
    { seq: integer("The last event of the session; some may be on their way.") },
  ),
  JsonRpcVersion: constant("2.0"),
};
