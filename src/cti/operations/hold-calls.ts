import { commandOperation, type CommandOperations } from "./command-operation.ts";

/** Hold, retrieve, both at once, and the end. */
export const holdCalls: CommandOperations = (["hold", "retrieve", "swap", "drop"] as const).map((type) =>
  commandOperation({ method: `call.${type}`, command: (params) => ({ ...params, type }) }),
);
