import { z } from "zod";
import { CtiError } from "../cti-error.ts";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { inCall, name } from "./parameters.ts";

/** The parties that a conference may have, and so the calls that can be named. */
const MAX_CALLS = 32;

/** Conferences, and who comes into them and leaves them. */
export const conferenceCalls: CommandOperations = [
  commandOperation({
    method: "call.conference",
    schema: z.strictObject({ device: name, callIds: z.array(name).min(2).max(MAX_CALLS).optional() }),
    command: ({ device, callIds }) => ({ type: "conference", device, ...present({ callIds }) }),
  }),
  commandOperation({
    method: "call.addParty",
    schema: z.strictObject(inCall),
    command: ({ device, callId }) => ({ type: "add-party", device, ...present({ callId }) }),
  }),
  commandOperation({
    method: "call.dropParty",
    schema: z.strictObject({ ...inCall, connectionId: name.optional(), party: name.optional() }),
    command: ({ device, callId, connectionId, party }) => {
      if ((connectionId === undefined) === (party === undefined)) {
        throw new CtiError("validation-combination", "expected connectionId or party, and not both", {
          path: "params.connectionId",
        });
      }
      return { type: "drop-party", device, ...present({ callId, connectionId, party }) };
    },
  }),
];
