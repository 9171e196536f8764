import { withMore } from "../../common/index.ts";
import { MAX_USER_DATA_BYTES, MAX_USER_DATA_NAMES } from "../../signals/index.ts";
import { CtiError } from "../cti-error.ts";
import { checkAddress } from "./addresses.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";
import { checkDigits } from "./numbers.ts";

/** What goes with a call: digits, data of applications, and where its media goes. */
export const callData: CommandOperations = [
  commandOperation({
    method: "call.sendDigits",
    command: (params) => {
      checkDigits(params.digits);
      return withMore(params, { type: "send-digits" });
    },
  }),
  commandOperation({
    method: "call.setUserData",
    command: (params) => {
      checkData(params.data);
      return withMore(params, { type: "set-user-data" });
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

/** What one command sets has to fit, whatever the call has already. */
function checkData(data: Readonly<Record<string, string | null>>): void {
  if (Object.hasOwn(data, "__proto__")) {
    throw new CtiError("validation-parameter", "user data has no name __proto__", { path: "/data/__proto__" });
  }
  const entries = Object.entries(data).filter(([, value]) => value !== null);
  checkSize("names of user data", MAX_USER_DATA_NAMES, entries.length);
  const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name + (value ?? "")), 0);
  checkSize("bytes of user data", MAX_USER_DATA_BYTES, bytes);
}

function checkSize(name: string, value: number, used: number): void {
  if (used <= value) return;
  throw new CtiError("validation-data-size", `a call may have ${value} ${name}`, {
    path: "/data",
    limit: { name, value, used },
  });
}
