import { withMore } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";
import { parameters } from "./parameters.ts";

const hold = commandOperation({ method: "call.hold", command: (params) => withMore(params, { type: "hold" }) });

/** Hold, retrieve, both at once, and the end. */
export const holdCalls: CommandOperations = [
  {
    method: hold.method,
    create: (context) => {
      const operation = hold.create(context);
      return {
        ...operation,
        handle: async (session, given, meta) => {
          const { music } = parameters("call.hold", given);
          if (music !== undefined && context.mirror.get("music-source", music) === undefined) {
            throw new CtiError("validation-parameter", `there is no music source ${music}`, { path: "/music" });
          }
          return operation.handle(session, given, meta);
        },
      };
    },
  },
  ...(["retrieve", "swap", "drop"] as const).map((type) =>
    commandOperation({ method: `call.${type}`, command: (params) => withMore(params, { type }) }),
  ),
];
