import { CtiError } from "../cti-error.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";

const NEW_CALL_ID = /^[A-Za-z0-9_-]{8,64}$/;

/** `call.connect` rings the device, then the number; `call.consult` holds the call and makes another one. */
export const makeCalls: CommandOperations = [
  commandOperation({
    method: "call.connect",
    command: ({ device, to, callId }) => ({
      type: "make-call",
      device,
      to,
      ...newCall(callId, "/callId"),
    }),
    dials: ({ to }) => [["/to", to]],
  }),
  commandOperation({
    method: "call.consult",
    command: ({ device, to, callId, newCallId }) => ({
      type: "consult",
      device,
      to,
      ...(callId === undefined ? {} : { callId }),
      ...newCall(newCallId, "/newCallId"),
    }),
    dials: ({ to }) => [["/to", to]],
  }),
];

/** The name that an application gives to a call. @throws {CtiError} `validation-parameter` */
function newCall(newCallId: string | undefined, path: string): { readonly newCallId?: string } {
  if (newCallId === undefined) return {};
  if (NEW_CALL_ID.test(newCallId)) return { newCallId };
  throw new CtiError("validation-parameter", `${path}: expected 8 to 64 letters, digits, _ and -`, { path });
}
