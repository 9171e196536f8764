import { CtiError } from "../cti-error.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";
import { checkNumber } from "./numbers.ts";

/** Park, and calls that are taken from where they wait or ring. */
export const parkCalls: CommandOperations = [
  commandOperation({
    method: "call.park",
    command: (params) => {
      if (params.slot !== undefined) checkNumber(params.slot, "/slot");
      return { ...params, type: "park" };
    },
  }),
  commandOperation({
    method: "call.unpark",
    command: (params) => {
      checkNumber(params.slot, "/slot");
      return { ...params, type: "unpark" };
    },
  }),
  commandOperation({
    method: "call.pickup",
    command: (params) => {
      if (params.group !== undefined && params.number !== undefined) {
        throw new CtiError("validation-combination", "expected group or number, and not both", { path: "/number" });
      }
      if (params.number !== undefined) checkNumber(params.number, "/number");
      return { ...params, type: "pickup" };
    },
  }),
];
