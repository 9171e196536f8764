import { commandOperation, type CommandOperations } from "./command-operation.ts";

/** `call.connect` rings the device, then the number; `call.consult` holds the call and makes another one. */
export const makeCalls: CommandOperations = [
  commandOperation({
    method: "call.connect",
    isFrom: true,
    command: ({ device, to, callId }) => ({
      type: "make-call",
      device,
      to,
      ...(callId === undefined ? {} : { newCallId: callId }),
    }),
    dials: ({ to }) => [["/to", to]],
  }),
  commandOperation({
    method: "call.consult",
    command: (params) => ({ ...params, type: "consult" }),
    dials: ({ to }) => [["/to", to]],
  }),
];
