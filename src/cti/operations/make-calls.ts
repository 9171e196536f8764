import { z } from "zod";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { inCall, name, number } from "./parameters.ts";

/** `call.connect` rings the device, then the number; `call.consult` holds the call and makes another one. */
export const makeCalls: CommandOperations = [
  commandOperation({
    method: "call.connect",
    schema: z.strictObject({ device: name, to: number, callId: name.optional() }),
    command: ({ device, to, callId }) => ({ type: "make-call", device, to, ...present({ newCallId: callId }) }),
    dials: ({ to }) => [["params.to", to]],
  }),
  commandOperation({
    method: "call.consult",
    schema: z.strictObject({ ...inCall, to: number, newCallId: name.optional() }),
    command: ({ device, to, callId, newCallId }) => ({
      type: "consult",
      device,
      to,
      ...present({ callId, newCallId }),
    }),
    dials: ({ to }) => [["params.to", to]],
  }),
];
