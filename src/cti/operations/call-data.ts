import { CtiError } from "../cti-error.ts";
import { checkAddress } from "./addresses.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";
import { checkDigits } from "./numbers.ts";

/** User data of one command, as JSON. */
const MAX_DATA_BYTES = 8_192;

/** What goes with a call: digits, data of applications, and where its media goes. */
export const callData: CommandOperations = [
  commandOperation({
    method: "call.sendDigits",
    command: (params) => {
      checkDigits(params.digits);
      return { ...params, type: "send-digits" };
    },
  }),
  commandOperation({
    method: "call.setUserData",
    command: (params) => {
      checkData(params.data);
      return { ...params, type: "set-user-data" };
    },
  }),
  commandOperation({
    method: "media.setAddress",
    command: ({ device, callId, address, port }) => {
      checkAddress(address, "/address");
      return { type: "set-media", device, callId, media: { address, port } };
    },
  }),
];

function checkData(data: Readonly<Record<string, string | null>>): void {
  const used = Buffer.byteLength(JSON.stringify(data));
  if (used <= MAX_DATA_BYTES) return;
  throw new CtiError("validation-data-size", `user data may have ${MAX_DATA_BYTES} bytes`, {
    path: "/data",
    limit: { name: "bytes of user data", value: MAX_DATA_BYTES, used },
  });
}
