import { BOUNDS, NEW_CALL_ID } from "../../bounds.ts";
import { choice, flag, instant, integer, list, name, ref, text, type Fields } from "../builder.ts";
import type { JsonSchema } from "../json-schema.ts";
import { command, query, type MethodSchema } from "../method.ts";
import { callId, connectionId } from "../views/call-view.ts";
import { device, line } from "../views/device-view.ts";
import { callingNumber, destination, headersOf, originalCalled, routeId, searchSpace } from "../views/route-view.ts";
import { next, page } from "./provider.ts";

const callOfDevice = name("The call; absent: the one that the device talks in.");
const newCallId = text(
  "Name for the new call, 8 to 64 letters, digits, `_` and `-`, which no other call has had; absent: one is made.",
  64,
  { minLength: 8, pattern: NEW_CALL_ID },
);
const done = {
  optional: {
    callId: name("The call that it was done with, or that was made."),
    slot: text("Where the call is parked.", 64),
    destination: text("Of a dry run: what would be reached, a line, `trunk NAME` or `service NAME`.", 256),
  },
};

const headers = headersOf("SIP header fields of the INVITEs to the number; they go to phones and trusted peers.");

/** A command on a call of a device. */
function onCall(name: string, description: string, required: Fields = {}, optional: Fields = {}): MethodSchema {
  return command(
    name,
    description,
    { required: { device, ...required }, optional: { callId: callOfDevice, ...optional } },
    done,
  );
}

/** A command that a device is named for, and no call of it. */
function ofDevice(name: string, description: string, required: Fields, optional: Fields = {}): MethodSchema {
  return command(name, description, { required: { device, ...required }, optional }, done);
}

const userData: JsonSchema = {
  type: "object",
  description: "Values by name; null removes one. At most 64 names, and 4 KiB with their values.",
  propertyNames: { minLength: 1, maxLength: BOUNDS.dataName },
  additionalProperties: { type: ["string", "null"] },
};

export const CALL_METHODS: readonly MethodSchema[] = [
  query(
    "call.get",
    "How a call is, also for a while after its end.",
    { required: { callId } },
    { required: { call: ref("ControllableCall") } },
  ),
  query(
    "call.list",
    "Calls that the user may watch.",
    { optional: { device, line, ...page } },
    { required: { calls: list("Calls.", ref("ControllableCall"), 1_000) }, optional: { next } },
  ),
  query(
    "call.mediaQuality",
    "The media of a call that goes on, as the relay has it now: a side for each device whose media passes through it, in a conference what each party sends to the mixer. Empty: the relay carries none of it, yet or at all.",
    { required: { callId }, optional: { device: name("Only the sides of this device; absent: all.") } },
    {
      required: {
        callId,
        atMs: instant("When it was so."),
        sides: list("Sides, in the order of the call's connections.", ref("MediaQualityView"), 1_000),
      },
    },
  ),
  ofDevice("call.connect", "Rings the device, then the number.", { to: destination }, { callId: newCallId, headers }),
  onCall("call.accept", "An offered call rings; the caller hears it."),
  onCall(
    "call.answer",
    "Answers a call.",
    {},
    { media: ref("RtpAddress", "Where the application wants the call's RTP.") },
  ),
  onCall(
    "call.reject",
    "Refuses an offered call.",
    {},
    { reason: choice("What the caller is told; default `rejected`.", ["busy", "rejected"]) },
  ),
  onCall(
    "call.redirect",
    "Sends a call elsewhere that is offered to the device, rings there or is established with it.",
    { to: destination },
    {
      failureMode: choice("What becomes of the call when that fails: it stays (default), or is released.", [
        "normal",
        "drop",
      ]),
      searchSpace,
      originalCalled,
      callingNumber,
      headers,
    },
  ),
  onCall(
    "call.hold",
    "Puts a call on hold.",
    {},
    { music: name("The music source that the other party hears; absent: that of the device.", 64) },
  ),
  onCall("call.retrieve", "Takes a call back from hold."),
  onCall("call.swap", "Holds the call that is talked in, and takes another one back."),
  onCall("call.transfer", "Connects the other party with who answers there.", { to: destination }, { headers }),
  onCall(
    "call.consult",
    "Holds the call and makes another one, to be transferred or conferenced with.",
    { to: destination },
    { newCallId, headers },
  ),
  onCall(
    "call.completeTransfer",
    "Connects the other parties of two calls of the device.",
    {},
    { consultCallId: callId },
  ),
  ofDevice(
    "call.conference",
    "Calls of the device become one, in which all parties hear each other.",
    {},
    {
      callIds: {
        ...list("Which calls; absent: all that are established.", callId, BOUNDS.callsOfConference, 2),
        uniqueItems: true,
      },
    },
  ),
  onCall("call.addParty", "Another call of the device joins the conference that it is in."),
  onCall(
    "call.dropParty",
    "Releases a party of the device's conference.",
    {},
    { connectionId, party: name("All connections of this device.") },
  ),
  onCall(
    "call.park",
    "The other party waits on a slot.",
    {},
    { slot: name("Which slot; absent: any that is free.", BOUNDS.number) },
  ),
  ofDevice("call.unpark", "The device is rung, and has the parked call when it answers.", {
    slot: name("Where the call is parked.", BOUNDS.number),
  }),
  ofDevice(
    "call.pickup",
    "The device is rung, and has a call that rings elsewhere when it answers.",
    {},
    {
      line,
      group: name("The pickup group; absent: the device's own. Another one only where the device may dial its number."),
      number: name("The number where it rings; only where the device may dial it.", BOUNDS.number),
    },
  ),
  ofDevice("call.barge", "The device enters a call of a line that it shares, or takes it over when it is held.", {
    callId,
  }),
  ofDevice(
    "call.privacy",
    "Says whether other devices of its lines may enter its calls.",
    {},
    {
      isOn: flag("True: they may not; absent: the opposite of now."),
    },
  ),
  onCall("call.drop", "The device leaves the call."),
  onCall("call.sendDigits", "Sends digits to the other party; done when the last one is over.", {
    digits: text("1 to 64 of `0` to `9`, `*`, `#`, `A` to `D`, and `,` for a pause of a second.", BOUNDS.digits),
  }),
  onCall("call.setUserData", "Sets names and values that stay with the call.", { data: userData }),
  command(
    "media.setAddress",
    "Says where the application wants the call's RTP, as `media.wanted` has asked.",
    {
      required: {
        device,
        callId,
        address: text("A literal IP address.", 45, { minLength: 2 }),
        port: integer("A UDP port.", 1, 65_535),
      },
    },
    done,
  ),
  command(
    "route.select",
    "Says where a call goes: to the first of these that takes it.",
    {
      required: {
        device,
        routeId,
        destinations: list("Destinations, the first one first.", ref("RouteDestination"), BOUNDS.destinations, 1),
      },
      optional: { headers: headersOf("SIP header fields for each destination that names none of its own.") },
    },
    done,
  ),
  command(
    "route.end",
    "Ends the dialogue; the call stays at the route point.",
    { required: { device, routeId } },
    done,
  ),
];
