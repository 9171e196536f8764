import { z } from "zod";
import { CtiError } from "../cti-error.ts";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { checkNumber } from "./numbers.ts";
import { inCall, name, number } from "./parameters.ts";

/** Park, and calls that are taken from where they wait or ring. */
export const parkCalls: CommandOperations = [
  commandOperation({
    method: "call.park",
    schema: z.strictObject({ ...inCall, slot: number.optional() }),
    command: ({ device, callId, slot }) => {
      if (slot !== undefined) checkNumber(slot, "params.slot");
      return { type: "park", device, ...present({ callId, slot }) };
    },
  }),
  commandOperation({
    method: "call.unpark",
    schema: z.strictObject({ device: name, slot: number }),
    command: ({ device, slot }) => {
      checkNumber(slot, "params.slot");
      return { type: "unpark", device, slot };
    },
  }),
  commandOperation({
    method: "call.pickup",
    schema: z.strictObject({
      device: name,
      line: name.optional(),
      group: name.optional(),
      number: number.optional(),
    }),
    command: ({ device, line, group, number: rung }) => {
      if (group !== undefined && rung !== undefined) {
        throw new CtiError("validation-combination", "expected group or number, and not both", {
          path: "params.number",
        });
      }
      if (rung !== undefined) checkNumber(rung, "params.number");
      return { type: "pickup", device, ...present({ line, group, number: rung }) };
    },
  }),
];
