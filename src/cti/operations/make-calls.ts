import { commandOperation, type CommandOperations } from "./command-operation.ts";
import { limitsOf } from "./numbers.ts";

/** `call.connect` rings the device, then the number; `call.consult` holds the call and makes another one. */
export const makeCalls: CommandOperations = [
  commandOperation({
    method: "call.connect",
    isFrom: true,
    command: ({ device, to, callId, headers }, session) => ({
      ...limitsOf(session),
      type: "make-call",
      device,
      to,
      ...(callId === undefined ? {} : { newCallId: callId }),
      ...(headers === undefined ? {} : { headers }),
    }),
    dials: ({ to }) => [["/to", to]],
    heads: ({ headers }) => [["/headers", headers]],
  }),
  commandOperation({
    method: "call.consult",
    command: (params, session) => ({ ...params, ...limitsOf(session), type: "consult" }),
    dials: ({ to }) => [["/to", to]],
    heads: ({ headers }) => [["/headers", headers]],
  }),
];
