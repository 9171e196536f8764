import { BOUNDS } from "../../bounds.ts";
import { choice, flag, integer, list, object, ref, text, type Fields } from "../builder.ts";
import type { JsonSchema } from "../json-schema.ts";
import { command, query, type MethodSchema } from "../method.ts";
import { device, FORWARDING_KINDS, line } from "../views/device-view.ts";
import { next, page } from "./provider.ts";

function target(description: string): JsonSchema {
  return { type: ["string", "null"], description, maxLength: BOUNDS.number, minLength: 1 };
}

function ofDevice(optional: Fields = {}): { readonly required: Fields; readonly optional: Fields } {
  return { required: { device }, optional };
}

export const DEVICE_METHODS: readonly MethodSchema[] = [
  command(
    "device.open",
    "The session takes part in the device: events about it and its calls are told, and its calls can be controlled.",
    ofDevice({
      media: ref("MediaRegistration", "How the media of a CTI port or route point ends; absent for phones."),
      routes: flag("Calls at the route point are routed by dialogues instead of being offered."),
      autoAccept: flag(
        "While the session owns the CTI port or route point, calls that are offered there ring at once, as if it had accepted them.",
      ),
    }),
    {
      required: {
        device: ref("ControllableDevice"),
        calls: list("Calls of the device.", ref("ControllableCall"), 1_000_000),
      },
      optional: { fence: integer("The session owns the device; grows with each owner.") },
    },
  ),
  command("device.close", "The session takes no more part in the device.", ofDevice()),
  query("device.get", "How a device is.", ofDevice(), {
    required: { device: ref("ControllableDevice") },
    optional: { owner: ref("Actor", "Who owns it; absent: nobody.") },
  }),
  query(
    "device.list",
    "Devices that the user may watch.",
    { optional: page },
    { required: { devices: list("Devices.", ref("ControllableDevice"), 1_000) }, optional: { next } },
  ),
  command("device.setDoNotDisturb", "Sets what calls to the device do.", {
    required: { device, option: ref("DoNotDisturb") },
  }),
  command(
    "device.setAutoAnswer",
    "Says whether a phone is asked to answer by itself: when its user has had a call made, and by `call.answer`.",
    { required: { device, on: flag("It is.") } },
  ),
  query("device.speedDials", "The speed dials of a device, the first one first.", ofDevice(), {
    required: {
      speedDials: list(
        "Speed dials.",
        object("A speed dial.", {
          place: integer("Its place, from 1: the phone dials it by that.", 1, 200),
          label: text("What is shown beside the key.", 256),
          destination: text("What it dials.", 256),
        }),
        200,
      ),
    },
  }),
  query("line.get", "How a line is.", { required: { line } }, { required: { line: ref("LineView") } }),
  command("line.setForwarding", "Sets where calls of a kind go. Null: not elsewhere; absent: as it is.", {
    required: { line, kind: choice("Kind of forwarding.", FORWARDING_KINDS) },
    optional: { internal: target("The target of internal calls."), external: target("The target of external calls.") },
  }),
  command("line.setMessageWaiting", "Switches the lamp of a line.", {
    required: { line, on: flag("Messages wait.") },
    optional: {
      newMessages: integer("New messages.", 0, BOUNDS.messages),
      oldMessages: integer("Old messages.", 0, BOUNDS.messages),
      newUrgent: integer("How many of `newMessages` are urgent; absent: none.", 0, BOUNDS.messages),
      oldUrgent: integer("How many of `oldMessages` are urgent; absent: none.", 0, BOUNDS.messages),
    },
  }),
];
