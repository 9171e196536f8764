import { z } from "zod";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { name } from "./parameters.ts";

/** What shared lines add: entering the calls of others, and keeping them out. */
export const shareCalls: CommandOperations = [
  commandOperation({
    method: "call.barge",
    schema: z.strictObject({ device: name, callId: name }),
    command: ({ device, callId }) => ({ type: "barge", device, callId }),
  }),
  commandOperation({
    method: "call.privacy",
    schema: z.strictObject({ device: name, isOn: z.boolean().optional() }),
    command: ({ device, isOn }) => ({ type: "privacy", device, ...present({ isOn }) }),
  }),
];
