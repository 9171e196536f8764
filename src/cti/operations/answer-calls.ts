import { z } from "zod";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { inCall, rtpAddress } from "./parameters.ts";

/** What becomes of a call that is offered to a device, or rings there. */
export const answerCalls: CommandOperations = [
  commandOperation({
    method: "call.accept",
    schema: z.strictObject(inCall),
    command: ({ device, callId }) => ({ type: "accept", device, ...present({ callId }) }),
  }),
  commandOperation({
    method: "call.answer",
    schema: z.strictObject({ ...inCall, media: rtpAddress.optional() }),
    command: ({ device, callId, media }) => ({ type: "answer", device, ...present({ callId, media }) }),
  }),
  commandOperation({
    method: "call.reject",
    schema: z.strictObject({ ...inCall, reason: z.enum(["busy", "rejected"]).optional() }),
    command: ({ device, callId, reason }) => ({ type: "reject", device, ...present({ callId, reason }) }),
  }),
];
