import { choice, instant, integer, list, mark, name, object, ref, text, extended, type Fields } from "../builder.ts";
import type { Definitions, JsonSchema } from "../json-schema.ts";

export const callId = name("Id of a call; it stays the same for as long as the call lasts.");
export const connectionId = name("Id of a line, or a number beyond a trunk, in a call.");
const ver = integer("Version of the call: it grows by one with each step of the call, from 1.", 1);

const parties: { readonly required: Fields; readonly optional: Fields } = {
  required: {
    calling: ref("PartyView", "Who calls."),
    called: ref("PartyView", "Who is called, as first dialed."),
  },
  optional: {
    currentCalling: ref("PartyView", "Who calls now."),
    currentCalled: ref("PartyView", "Who is called now."),
    lastRedirecting: ref("PartyView", "Who sent the call elsewhere last."),
    modifiedCalling: text("As the called party is shown the caller; absent: unchanged.", 128),
    modifiedCalled: text("As the called number was after transformation; absent: unchanged.", 128),
  },
};

const callView: JsonSchema = object(
  "A call.",
  {
    callId,
    ver,
    ...parties.required,
    state: ref("CallState"),
    connections: list("Lines, and numbers beyond trunks, in the call.", ref("ConnectionView"), 1_000),
    mergedFrom: list("Calls that were merged into this one.", callId, 1_000),
    sinceMs: instant("When it began."),
  },
  {
    ...parties.optional,
    mergedInto: name("The call that this one is a part of now."),
    userData: ref("UserData"),
    endedMs: instant("When it ended."),
    why: ref("Why", "Why it is so."),
  },
);

export const CALL_DEFINITIONS: Definitions = {
  CallState: choice("State of a call: `invalid` is for good.", ["idle", "active", "invalid"]),
  ConnectionState: choice("State of a line, or a number beyond a trunk, in a call.", [
    "idle",
    "offered",
    "queued",
    "alerting",
    "initiated",
    "dialing",
    "network-reached",
    "network-alerting",
    "established",
    "disconnected",
    "failed",
    "unknown",
  ]),
  TerminalConnectionState: choice(
    "State of a device in a call. `bridged`: another device of the line has the call, and this one may barge in; `in-use`: it may not.",
    ["idle", "ringing", "talking", "held", "bridged", "in-use", "dropped", "unknown"],
  ),
  PartyView: object(
    "A party of a call.",
    { number: text("A directory number, or one beyond a trunk.", 256) },
    {
      line: name("Such as `1001@internal`; absent for a number beyond a trunk.", 256),
      name: text("Name of the party.", 256),
      locale: text("Language of the name, such as `de-CH` (BCP 47), where it is configured.", 64),
      isNumberHidden: mark("The number is not to be shown to other parties."),
      isNameHidden: mark("The name is not to be shown to other parties."),
      e164: text("`+` and digits, where the numbering plan tells it.", 32),
    },
  ),
  TerminalConnectionView: object("A device in a connection.", {
    device: name("Name of the device."),
    state: ref("TerminalConnectionState"),
  }),
  ConnectionView: object("A line, or a number beyond a trunk, in a call.", {
    connectionId,
    party: ref("PartyView"),
    state: ref("ConnectionState"),
    terminals: list("Devices of the line in the call.", ref("TerminalConnectionView"), 1_000),
  }),
  CallParties: object("Who calls whom.", parties.required, parties.optional),
  UserData: {
    type: "object",
    description: "Names and values that stay with a call, set by applications.",
    additionalProperties: { type: "string" },
  },
  CallView: callView,
  ControllableCall: extended(callView, "A call, and what this session may do with it.", {
    operations: list("Methods that this session may call on it now.", name("Name of a method.", 64), 100),
  }),
};

/** Fields of `CallParties`. */
export const CALL_PARTIES = parties;
export { ver as callVersion };
