import { BOUNDS } from "../../bounds.ts";
import { choice, constant, instant, integer, list, name, object, ref, text } from "../builder.ts";
import type { Definitions, JsonSchema } from "../json-schema.ts";
import { callId } from "./call-view.ts";
import { device, line } from "./device-view.ts";

export const routeId = name("Id of a route dialogue.");
/** Who counts as called first. */
export const originalCalled: JsonSchema = {
  description: "Who counts as called first: who did (default), the new destination, or a number.",
  oneOf: [
    constant("unchanged"),
    constant("reset"),
    object("", { number: text("The number.", BOUNDS.number, { minLength: 1 }) }),
  ],
};
export const searchSpace = choice(
  "Whose calling search space applies; default that of the device that sends the call there.",
  ["default", "calling", "redirecting"],
);
export const destination = text("Digits as dialed, or a SIP URI.", BOUNDS.number, { minLength: 1 });
export const callingNumber = text("How the caller is shown there; absent: as it is.", BOUNDS.number);

/** Header fields of the INVITEs to a destination. */
export function headersOf(description: string): JsonSchema {
  return list(description, ref("SipHeader"), BOUNDS.headers);
}

export const ROUTE_DEFINITIONS: Definitions = {
  SipHeader: object("A SIP header field that goes into INVITEs, besides what the switch says itself.", {
    name: name(
      "`X-` and letters, digits, or one of `.!%*_+`'~-`; not `X-Tandem-` nor `X-AutoAnswer`. Upper and lower case are the same.",
      BOUNDS.headerName,
    ),
    value: name("Without control characters, and without a space at either end.", BOUNDS.headerValue),
  }),
  RouteDestination: object(
    "One destination of a route.",
    { to: destination },
    {
      searchSpace,
      callingNumber,
      originalCalled,
      headers: headersOf("Header fields of the INVITEs to this destination, instead of those of the list."),
    },
  ),
  RouteView: object(
    "A route dialogue about one call at a route point.",
    {
      routeId,
      ver: integer("Version of the dialogue: it grows by one with each step, from 1.", 1),
      callId,
      device,
      line,
      callingNumber: text("Who calls.", 256),
      calledNumber: text("Who is called.", 256),
      state: choice("State of the dialogue.", ["routing", "trying", "used", "ended"]),
    },
    {
      callerAddress: text("Where the caller's SIP comes from; absent: not known.", 64),
      untilMs: instant("Until then the application is waited for; absent: it is not."),
      destination: ref("RouteDestination", "The destination that is, or was, tried."),
      why: ref("Why", "Why it could not be had, or the dialogue ended."),
      ended: choice("How it ended; `exhausted`: ten lists have failed.", [
        "used",
        "timer-expired",
        "exhausted",
        "application",
        "abandoned",
        "owner-lost",
      ]),
    },
  ),
  MediaView: object(
    "The media of a device in a call.",
    {
      callId,
      device,
      moment: choice(
        "`wanted`: the application is to set an address; `started`, `stopped`: RTP to `remote`, or at `local`, begins or ends.",
        ["wanted", "started", "stopped"],
      ),
    },
    {
      direction: choice("Seen from the device.", ["send", "receive", "both"]),
      local: ref("RtpAddress", "Where the device gets RTP."),
      remote: ref("RtpAddress", "Where the device sends RTP."),
      codec: text("For example `PCMA/8000`.", 64),
      packetTimeMs: integer("Time of a packet.", 1, 1_000, "milliseconds"),
    },
  ),
};
