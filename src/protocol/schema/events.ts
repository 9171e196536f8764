import { BOUNDS } from "../bounds.ts";
import { choice, constant, integer, list, name, object, ref, text, flag, type Fields } from "./builder.ts";
import type { Definitions, JsonSchema } from "./json-schema.ts";
import { callId, callVersion, CALL_PARTIES, connectionId } from "./views/call-view.ts";
import { device, line } from "./views/device-view.ts";

const seq = integer("Number of the event within the session; there is no gap.", 1);
const why = ref("Why", "Absent: cause 16, feature `normal`, by `party`.");
/** Of events that may be the effect of a command. */
const TRACED: Fields = {
  traceparent: text(
    "Trace context (W3C) of the command that it is an effect of, as it came; absent: of none, or of one that has come without.",
    BOUNDS.traceparent,
  ),
};
/** They are of no command. */
const UNTRACED = /^(?:session|provider)\.|\.removed$/;
const ofCall = { callId, ver: callVersion };

/** One kind of event: its type, what it tells, and its fields beside `seq` and `type`. */
interface EventSchema {
  readonly type: string;
  readonly description: string;
  readonly required: Fields;
  readonly optional?: Fields;
}

const route = { route: ref("RouteView") };
const media = { media: ref("MediaView") };

/** Every event, in the order of the reference. */
export const EVENTS: readonly EventSchema[] = [
  {
    type: "call.snapshot",
    description: "A call that the session hears of for the first time and that has gone on before.",
    required: { call: ref("CallView") },
  },
  {
    type: "call.state",
    description: "The call has another state.",
    required: { ...ofCall, state: ref("CallState") },
    optional: { why, mergedInto: name("The call that it is a part of now.") },
  },
  {
    type: "call.connection",
    description: "A line, or a number beyond a trunk, in the call has another state.",
    required: { ...ofCall, connectionId, state: ref("ConnectionState") },
    optional: { why, party: ref("PartyView", "It is new in the call.") },
  },
  {
    type: "call.terminal",
    description: "A device in the call has another state.",
    required: { ...ofCall, connectionId, device, state: ref("TerminalConnectionState") },
    optional: { why },
  },
  {
    type: "call.moved",
    description: "A connection has come from another call.",
    required: { ...ofCall, connectionId, from: name("The call that it left."), party: ref("PartyView") },
    optional: {
      why,
      state: ref("ConnectionState", "Its state; absent: it has not come into this call."),
      terminals: list("Its devices.", ref("TerminalConnectionView"), 1_000),
    },
  },
  {
    type: "call.feature",
    description: "A transfer or conference starts or ends; all changes between belong together.",
    required: {
      ...ofCall,
      feature: choice("Which.", ["transfer", "conference"]),
      moment: choice("Start or end.", ["start", "end"]),
      surviving: name("The call that stays."),
      controller: name("Who does it."),
      isDone: flag("It has been done; false at the start, and at the end when it failed."),
    },
    optional: { dissolved: name("The call that becomes a part of the other one.") },
  },
  {
    type: "call.parties",
    description: "Who calls whom has changed.",
    required: { ...ofCall, ...CALL_PARTIES.required },
    optional: CALL_PARTIES.optional,
  },
  {
    type: "call.userData",
    description: "Names and values of the call have changed; these are all.",
    required: { ...ofCall, userData: ref("UserData") },
  },
  {
    type: "device.state",
    description: "A device is now so; replaces what was known of it.",
    required: { device: ref("DeviceView") },
  },
  { type: "device.removed", description: "A device is there no more for this session.", required: { device } },
  {
    type: "line.state",
    description: "A line is now so; replaces what was known of it.",
    required: { line: ref("LineView") },
  },
  { type: "line.removed", description: "A line is there no more for this session.", required: { line } },
  { type: "route.request", description: "The application is to say where the call goes.", required: route },
  { type: "route.reroute", description: "All destinations have failed; it is to say others.", required: route },
  { type: "route.attempt", description: "A destination is being tried.", required: route },
  { type: "route.failed", description: "A destination could not be had.", required: route },
  { type: "route.used", description: "A destination has taken the call.", required: route },
  { type: "route.end", description: "The dialogue is over.", required: route },
  { type: "media.wanted", description: "The application is to set an address for RTP.", required: media },
  { type: "media.started", description: "RTP begins.", required: media },
  { type: "media.stopped", description: "RTP ends.", required: media },
  {
    type: "digits",
    description: "A device in a call has got digits from the other party.",
    required: { callId, device, digits: text("`0` to `9`, `*`, `#`, `A` to `D`.", 64, { minLength: 1 }) },
  },
  {
    type: "session.lagging",
    description: "Events are not read as fast as they come; the connection is cut when the queue is full.",
    required: {},
  },
  {
    type: "session.notice",
    description: "Something about the session itself, or about who owns a device that it has open.",
    required: {
      notice: choice(
        "`owner`: the session decides from now on what becomes of calls at the device; `owner-changed`: another session does; `owner-refused`: call control does not let it; `device-closed`: the device was closed for it; `topic-ended`: it hears no more of what it may not watch any more.",
        ["owner", "owner-changed", "owner-refused", "device-closed", "topic-ended"],
      ),
    },
    optional: {
      device,
      fence: integer("Of `owner`: grows with each owner of the device."),
      routes: list("Of `owner`: dialogues that wait for an answer.", ref("RouteView"), 1_000_000),
      owner: ref("Actor", "Of `owner-changed`: who owns the device; absent: nobody."),
      reason: text("Why it was refused or closed.", 64),
      topic: text("What it hears no more of.", 512),
    },
  },
  {
    type: "provider.state",
    description: "Whether call control is there.",
    required: {
      state: choice("`shut-down` is final; no server tells it yet.", ["in-service", "out-of-service", "shut-down"]),
    },
    optional: { cause: ref("OutOfServiceCause") },
  },
];

/** `call.userData` is `CallUserDataEvent`. */
function definitionName(type: string): string {
  return `${type
    .split(".")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("")}Event`;
}

function definitionOf({ type, description, required, optional }: EventSchema): JsonSchema {
  const traced = UNTRACED.test(type) ? optional : { ...optional, ...TRACED };
  return object(description, { seq, type: constant(type), ...required }, traced);
}

/** Definition name of each event by its type. */
export const EVENT_DEFINITION_NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  EVENTS.map(({ type }) => [type, definitionName(type)]),
);

export const EVENT_DEFINITIONS: Definitions = {
  ...Object.fromEntries(EVENTS.map((event) => [definitionName(event.type), definitionOf(event)])),
  EventType: {
    ...choice(
      "Types of events.",
      EVENTS.map(({ type }) => type),
    ),
    "x-open": true,
  },
  CtiEvent: {
    type: "object",
    description: "An event of a session, sent as the notification `event`.",

    "x-open": true,
    discriminator: { propertyName: "type" },
    oneOf: EVENTS.map(({ type }) => ref(definitionName(type))),
  },
};
