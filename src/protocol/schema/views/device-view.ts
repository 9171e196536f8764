import { BOUNDS, CODEC } from "../../bounds.ts";
import { choice, constant, extended, flag, integer, list, mark, name, object, ref, tagged, text } from "../builder.ts";
import type { Definitions, JsonSchema } from "../json-schema.ts";

export const device = name("Name of a device.");
export const line = name("Name of a line, such as `1001@internal`.", BOUNDS.line);
const codecs = list(
  "Codecs that are taken, best first.",
  text("For example `PCMA/8000`.", 39, { pattern: CODEC }),
  BOUNDS.codecs,
  1,
);

const deviceView: JsonSchema = object(
  "A device.",
  {
    name: device,
    kind: choice("What it is.", ["phone", "cti-port", "route-point"]),
    lines: list("Its lines, the first one first.", line, 10_000),
    isInService: flag("Registered, or, for a CTI port or route point, opened by an application."),
    isRestricted: flag("An administrator has closed it to control."),
    capabilities: ref("DeviceCapabilities"),
    doNotDisturb: ref("DoNotDisturb"),
  },
  {
    cause: ref("OutOfServiceCause", "Why it is out of service."),
    media: ref("MediaRegistration", "How its media ends; of CTI ports and route points that are opened."),
    autoAnswer: mark("A phone that is asked to answer by itself; absent: it is not."),
  },
);

const targets = {
  all: ref("ForwardTargets", "Always."),
  busy: ref("ForwardTargets", "The line is busy."),
  noAnswer: ref("ForwardTargets", "Nobody answers, or no application has taken the call."),
  unregistered: ref("ForwardTargets", "No device of the line is registered."),
  onFailure: ref("ForwardTargets", "The application that owned the device has failed."),
};
export const FORWARDING_KINDS: readonly string[] = Object.keys(targets);

export const DEVICE_DEFINITIONS: Definitions = {
  OutOfServiceCause: choice("Why a device or line is out of service.", [
    "call-node-failure",
    "moving-to-preferred-node",
    "no-call-node",
    "device-failure",
    "device-unregistered",
    "re-homing-failed",
    "control-server-failure",
    "device-restricted",
    "line-restricted",
    "power-saving",
  ]),
  DoNotDisturb: choice("`reject`: calls are busy there; `silent`: they ring for the caller alone.", [
    "off",
    "reject",
    "silent",
  ]),
  DeviceCapabilities: object("What a device can be made to do.", {
    answer: choice(
      "How it can be made to answer: at once by an application, by a request to the ringing phone, or not at all.",
      ["application", "remote", "none"],
    ),
    offers: flag("New calls are offered first: they can be accepted and rejected."),
    digits: flag("Digits can be sent and are told."),
  }),
  RtpAddress: object("Where RTP is sent and wanted.", {
    address: text("A literal IP address.", 45, { minLength: 2 }),
    port: integer("A UDP port.", 1, 65_535),
  }),
  MediaRegistration: tagged("How the media of a CTI port or route point ends.", "mode", [
    object("There is none: calls are routed only.", { mode: constant("none") }),
    object("At one address for all calls.", {
      mode: constant("static"),
      address: text("A literal IP address.", 45, { minLength: 2 }),
      port: integer("A UDP port.", 1, 65_535),
      codecs,
    }),
    object("At an address that is set for each call.", { mode: constant("dynamic"), codecs }),
    object(
      "In the media service of the switch.",
      { mode: constant("switch") },
      {
        prompt: text(
          "What who calls hears: `silence` (default), `tone`, `ringback`, `music`, `music:NAME` of a music source, or once `announcement:NAME` (`unavailable`, `please-wait`, `confirmed`, `conference-enter`, `conference-leave`) or `announcement:music:NAME`.",
          96,
          { minLength: 1 },
        ),
      },
    ),
  ]),
  DeviceView: deviceView,
  ControllableDevice: extended(deviceView, "A device, and what this session may do with it.", {
    operations: list("Methods that this session may call on it now.", name("Name of a method.", 64), 100),
  }),
  ForwardTargets: object(
    "Where calls go; absent: they are not forwarded.",
    {},
    {
      internal: text("The target of internal calls.", 256),
      external: text("The target of external calls.", 256),
    },
  ),
  ForwardingView: object("Each kind of forwarding of a line.", {}, targets),
  LineMessages: object("Messages of a line, as who set its lamp has counted them.", {
    newMessages: integer("New messages.", 0, BOUNDS.messages),
    oldMessages: integer("Old messages.", 0, BOUNDS.messages),
    newUrgent: integer("How many of `newMessages` are urgent.", 0, BOUNDS.messages),
    oldUrgent: integer("How many of `oldMessages` are urgent.", 0, BOUNDS.messages),
  }),
  LineView: object(
    "A line.",
    {
      name: line,
      number: text("Its directory number.", 128),
      devices: list("Devices that have the line.", device, 10_000),
      isRestricted: flag("An administrator has closed it to control."),
      forwarding: ref("ForwardingView"),
      isMessageWaiting: flag("Messages wait: the lamp is on."),
    },
    {
      displayName: text("Name that is shown to who it calls.", 256),
      locale: text("Language of its names, such as `de-CH` (BCP 47).", 64),
      messages: ref("LineMessages"),
    },
  ),
};
