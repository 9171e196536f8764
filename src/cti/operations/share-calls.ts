import { withMore } from "../../common/index.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";

/** What shared lines add: entering the calls of others, and keeping them out. */
export const shareCalls: CommandOperations = [
  commandOperation({ method: "call.barge", command: (params) => withMore(params, { type: "barge" }) }),
  commandOperation({ method: "call.privacy", command: (params) => withMore(params, { type: "privacy" }) }),
];
