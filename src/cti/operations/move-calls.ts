import { withMore } from "../../common/index.ts";
import { commandOperation, originalCalled, type CommandOperations } from "./command-operation.ts";
import { limitsOf } from "./numbers.ts";

/** Redirection, and transfers without and with a consultation. */
export const moveCalls: CommandOperations = [
  commandOperation({
    method: "call.redirect",
    command: (params) => withMore(params, { type: "redirect" as const }),
    dials: ({ to }) => [["/to", to]],
    shows: ({ callingNumber }) => [["/callingNumber", callingNumber]],
    names: (params) => [originalCalled(params.originalCalled, "")],
    heads: ({ headers }) => [["/headers", headers]],
  }),
  commandOperation({
    method: "call.transfer",
    command: (params, session) => withMore(params, { ...limitsOf(session), type: "transfer" as const }),
    dials: ({ to }) => [["/to", to]],
    heads: ({ headers }) => [["/headers", headers]],
  }),
  commandOperation({
    method: "call.completeTransfer",
    command: (params) => withMore(params, { type: "complete-transfer" as const }),
  }),
];
