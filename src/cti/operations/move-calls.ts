import { z } from "zod";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { inCall, name, number, originalCalled, searchSpace } from "./parameters.ts";

/** Redirection, and transfers without and with a consultation. */
export const moveCalls: CommandOperations = [
  commandOperation({
    method: "call.redirect",
    schema: z.strictObject({
      ...inCall,
      to: number,
      failureMode: z.enum(["normal", "drop"]).optional(),
      searchSpace: searchSpace.optional(),
      originalCalled: originalCalled.optional(),
      callingNumber: number.optional(),
    }),
    command: ({ device, to, originalCalled, ...more }) => {
      return { type: "redirect", device, to, ...present({ ...more, originalCalled }) };
    },
    dials: ({ to }) => [["params.to", to]],
    shows: ({ callingNumber }) => [["params.callingNumber", callingNumber]],
  }),
  commandOperation({
    method: "call.transfer",
    schema: z.strictObject({ ...inCall, to: number }),
    command: ({ device, to, callId }) => ({ type: "transfer", device, to, ...present({ callId }) }),
    dials: ({ to }) => [["params.to", to]],
  }),
  commandOperation({
    method: "call.completeTransfer",
    schema: z.strictObject({ ...inCall, consultCallId: name.optional() }),
    command: ({ device, callId, consultCallId }) => {
      return { type: "complete-transfer", device, ...present({ callId, consultCallId }) };
    },
  }),
];
