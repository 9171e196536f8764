import { withMore } from "../../common/index.ts";
import { checkAddress } from "./addresses.ts";
import { commandOperation, type CommandOperations } from "./command-operation.ts";

/** What becomes of a call that is offered to a device, or rings there. */
export const answerCalls: CommandOperations = [
  commandOperation({ method: "call.accept", command: (params) => withMore(params, { type: "accept" }) }),
  commandOperation({
    method: "call.answer",
    command: ({ media, ...params }) => {
      if (media !== undefined) checkAddress(media.address, "/media/address");
      return withMore(params, { ...(media === undefined ? {} : { media }), type: "answer" });
    },
  }),
  commandOperation({ method: "call.reject", command: (params) => withMore(params, { type: "reject" }) }),
];
