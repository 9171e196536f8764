import { commandOperation, originalCalled, type CommandOperations } from "./command-operation.ts";

/** Redirection, and transfers without and with a consultation. */
export const moveCalls: CommandOperations = [
  commandOperation({
    method: "call.redirect",
    command: (params) => ({ ...params, type: "redirect" }),
    dials: ({ to }) => [["/to", to]],
    shows: ({ callingNumber }) => [["/callingNumber", callingNumber]],
    names: (params) => [originalCalled(params.originalCalled, "")],
    heads: ({ headers }) => [["/headers", headers]],
  }),
  commandOperation({
    method: "call.transfer",
    command: (params) => ({ ...params, type: "transfer" }),
    dials: ({ to }) => [["/to", to]],
    heads: ({ headers }) => [["/headers", headers]],
  }),
  commandOperation({
    method: "call.completeTransfer",
    command: (params) => ({ ...params, type: "complete-transfer" }),
  }),
];
