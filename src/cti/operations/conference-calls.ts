import { withMore } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";

/** Conferences, and who comes into them and leaves them. */
export const conferenceCalls: CommandOperations = [
  commandOperation({ method: "call.conference", command: (params) => withMore(params, { type: "conference" }) }),
  commandOperation({ method: "call.addParty", command: (params) => withMore(params, { type: "add-party" }) }),
  commandOperation({
    method: "call.dropParty",
    command: (params) => {
      if ((params.connectionId === undefined) === (params.party === undefined)) {
        throw new CtiError("validation-combination", "expected connectionId or party, and not both", {
          path: "/connectionId",
        });
      }
      return withMore(params, { type: "drop-party" });
    },
  }),
];
