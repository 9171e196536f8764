import { z } from "zod";
import { MAX_MESSAGES } from "../../signals/index.ts";
import type { Operation } from "../session/session-port.ts";
import { checkMethod, present } from "./command-operation.ts";
import { runCommand } from "./command-runner.ts";
import { checkDialed } from "./numbers.ts";
import type { OperationContext } from "./operation-context.ts";
import { name, number, parameters } from "./parameters.ts";

const doNotDisturb = z.strictObject({ device: name, option: z.enum(["off", "reject", "silent"]) });

/** @throws {CtiError} `device-type`, and those of commands */
export function setDoNotDisturb(context: OperationContext): Operation {
  return async (session, given, meta) => {
    checkMethod(session, "device.setDoNotDisturb");
    const { device, option } = parameters(doNotDisturb, given);
    context.access.controlled(session, device);
    return runCommand(context, session, { type: "set-do-not-disturb", device, option }, meta);
  };
}

const forwarding = z.strictObject({
  line: name,
  kind: z.enum(["all", "busy", "noAnswer", "unregistered", "onFailure"]),
  internal: number.nullable().optional(),
  external: number.nullable().optional(),
});

/** Where calls of a line go instead; null takes a target away, an absent one stays. */
export function setForwarding(context: OperationContext): Operation {
  return async (session, given, meta) => {
    checkMethod(session, "line.setForwarding");
    const { line, kind, internal, external } = parameters(forwarding, given);
    context.access.controlledLine(session, line);
    for (const [path, target] of [
      ["params.internal", internal],
      ["params.external", external],
    ] as const) {
      if (typeof target === "string" && target !== "voice-mail") checkDialed(session, target, path);
    }
    return runCommand(
      context,
      session,
      { type: "set-forwarding", line, kind, ...present({ internal, external }) },
      meta,
    );
  };
}

const messages = z.int().min(0).max(MAX_MESSAGES).optional();
const messageWaiting = z.strictObject({ line: name, on: z.boolean(), newMessages: messages, oldMessages: messages });

/** The lamp of a line, and how many messages wait. */
export function setMessageWaiting(context: OperationContext): Operation {
  return async (session, given, meta) => {
    checkMethod(session, "line.setMessageWaiting");
    const { line, on, newMessages, oldMessages } = parameters(messageWaiting, given);
    context.access.controlledLine(session, line);
    const counts = present({ newMessages, oldMessages });
    return runCommand(context, session, { type: "set-message-waiting", line, isOn: on, ...counts }, meta);
  };
}

/** A line as it is at `seq`. */
export function getLine(context: OperationContext): Operation {
  return async (session, given) => {
    checkMethod(session, "line.get");
    const { line } = parameters(z.strictObject({ line: name }), given);
    const view = context.access.watchedLine(session, line);
    return { seq: session.settle(), line: view };
  };
}
