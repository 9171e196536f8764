import { withMore } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";
import { limitsOf } from "./numbers.ts";

/** Park, and calls that are taken from where they wait or ring. */
export const parkCalls: CommandOperations = [
  commandOperation({
    method: "call.park",
    dials: ({ slot }) => [["/slot", slot]],
    command: (params) => withMore(params, { type: "park" }),
  }),
  commandOperation({
    method: "call.unpark",
    dials: ({ slot }) => [["/slot", slot]],
    command: (params) => withMore(params, { type: "unpark" }),
  }),
  commandOperation({
    method: "call.pickup",
    dials: ({ number }) => [["/number", number]],
    command: (params, session) => {
      if (params.group !== undefined && params.number !== undefined) {
        throw new CtiError("validation-combination", "expected group or number, and not both", { path: "/number" });
      }
      return withMore(params, { ...limitsOf(session), type: "pickup" });
    },
  }),
];
