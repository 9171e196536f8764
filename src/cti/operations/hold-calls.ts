import { z } from "zod";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { inCall } from "./parameters.ts";

/** Hold, retrieve, both at once, and the end. */
export const holdCalls: CommandOperations = (["hold", "retrieve", "swap", "drop"] as const).map((type) =>
  commandOperation({
    method: `call.${type}`,
    schema: z.strictObject(inCall),
    command: ({ device, callId }) => ({ type, device, ...present({ callId }) }),
  }),
);
