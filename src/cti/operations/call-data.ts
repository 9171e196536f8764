import { z } from "zod";
import { CtiError } from "../cti-error.ts";
import { commandOperation, present, type CommandOperations } from "./command-operation.ts";
import { checkDigits } from "./numbers.ts";
import { inCall, name, rtpAddress } from "./parameters.ts";

/** User data of one command, as JSON. */
const MAX_DATA_BYTES = 8_192;
const MAX_DATA_NAMES = 64;

/** What goes with a call: digits, data of applications, and where its media goes. */
export const callData: CommandOperations = [
  commandOperation({
    method: "call.sendDigits",
    schema: z.strictObject({ ...inCall, digits: z.string().max(1_000) }),
    command: ({ device, callId, digits }) => {
      checkDigits(digits);
      return { type: "send-digits", device, digits, ...present({ callId }) };
    },
  }),
  commandOperation({
    method: "call.setUserData",
    schema: z.strictObject({ ...inCall, data: z.record(name, z.string().nullable()) }),
    command: ({ device, callId, data }) => {
      checkData(data);
      return { type: "set-user-data", device, data, ...present({ callId }) };
    },
  }),
  commandOperation({
    method: "media.setAddress",
    schema: z.strictObject({ device: name, callId: name, ...rtpAddress.shape }),
    command: ({ device, callId, address, port }) => ({ type: "set-media", device, callId, media: { address, port } }),
  }),
];

function checkData(data: Readonly<Record<string, string | null>>): void {
  const bytes = Buffer.byteLength(JSON.stringify(data));
  const names = Object.keys(data).length;
  if (bytes <= MAX_DATA_BYTES && names <= MAX_DATA_NAMES) return;
  throw new CtiError("validation-data-size", `user data may have ${MAX_DATA_NAMES} names and ${MAX_DATA_BYTES} bytes`, {
    path: "params.data",
    limit: { name: "bytes of user data", value: MAX_DATA_BYTES, used: bytes },
  });
}
