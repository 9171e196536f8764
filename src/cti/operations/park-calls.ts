import { withMore } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";

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
    command: (params, { user }) => {
      if (params.group !== undefined && params.number !== undefined) {
        throw new CtiError("validation-combination", "expected group or number, and not both", { path: "/number" });
      }
      const { numbers = {} } = user.scope ?? {};
      const isLimited = numbers.allow !== undefined || numbers.deny !== undefined;
      return withMore(params, { ...(isLimited ? { numbers } : {}), type: "pickup" });
    },
  }),
];
