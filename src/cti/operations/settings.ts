import { withMore } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import type { Operation } from "../operation.ts";
import { runCommand } from "./command-runner.ts";
import { checkDialed } from "./numbers.ts";
import type { OperationContext } from "./operation-context.ts";
import { parameters } from "./parameters.ts";

/** @throws {CtiError} `device-type`, and those of commands */
export function setDoNotDisturb(context: OperationContext): Operation["handle"] {
  return async (session, given, meta) => {
    const { device, option } = parameters("device.setDoNotDisturb", given);
    if (context.access.controlled(session, device).kind === "route-point") {
      const entity = { kind: "device", id: device };
      throw new CtiError("device-type", `${device} is a route point, which nothing disturbs`, { entity });
    }
    return runCommand(context, session, { type: "set-do-not-disturb", device, option }, meta);
  };
}

/**
 * Whether a phone is asked to answer by itself; to turn that on takes the permission `auto-answer`.
 * @throws {CtiError} `device-type`, `access-feature`, and those of commands
 */
export function setAutoAnswer(context: OperationContext): Operation["handle"] {
  return async (session, given, meta) => {
    const { device, on } = parameters("device.setAutoAnswer", given);
    if (context.access.controlled(session, device).kind !== "phone") {
      const entity = { kind: "device", id: device };
      throw new CtiError("device-type", `${device} is no phone: its application answers`, { entity });
    }
    // Whoever may do so can listen where the phone is.
    if (on && !session.user.permissions.includes("auto-answer")) {
      throw new CtiError("access-feature", `${session.user.name} may not have phones answer by themselves`, {
        path: "/on",
      });
    }
    return runCommand(context, session, { type: "set-auto-answer", device, isOn: on }, meta);
  };
}

/** Where calls of a line go instead; null takes a target away, an absent one stays. */
export function setForwarding(context: OperationContext): Operation["handle"] {
  return async (session, given, meta) => {
    const params = parameters("line.setForwarding", given);
    context.access.controlledLine(session, params.line);
    for (const side of ["internal", "external"] as const) {
      const target = params[side];
      if (typeof target === "string" && target !== "voice-mail") checkDialed(session, target, `/${side}`);
    }
    return runCommand(context, session, withMore(params, { type: "set-forwarding" }), meta);
  };
}

/** The lamp of a line, and how many messages wait. */
export function setMessageWaiting(context: OperationContext): Operation["handle"] {
  return async (session, given, meta) => {
    const { on, ...params } = parameters("line.setMessageWaiting", given);
    context.access.controlledLine(session, params.line);
    const { newMessages = 1, oldMessages = 0, newUrgent = 0, oldUrgent = 0 } = params;
    checkUrgent("/newUrgent", newUrgent, on ? Math.max(1, newMessages) : 0);
    checkUrgent("/oldUrgent", oldUrgent, oldMessages);
    return runCommand(context, session, withMore(params, { type: "set-message-waiting", isOn: on }), meta);
  };
}

function checkUrgent(path: string, urgent: number, all: number): void {
  if (urgent <= all) return;
  throw new CtiError("validation-combination", `${urgent} of ${all} messages cannot be urgent`, { path });
}

/** A line as it is at `seq`. */
export function getLine(context: OperationContext): Operation["handle"] {
  return async (session, given) => {
    const { line } = parameters("line.get", given);
    const view = context.access.watchedLine(session, line);
    return { seq: session.settle(), line: view };
  };
}
