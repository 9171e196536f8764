import type { MethodParams } from "../../protocol/index.ts";
import { CtiError } from "../cti-error.ts";
import type { Operation } from "../operation.ts";
import type { SessionTable } from "./session-table.ts";

/** What concerns the session itself: acknowledging, being there, and ending. */
export function providerOperations(table: SessionTable): ReadonlyMap<string, Operation> {
  return new Map<string, Operation>([
    [
      "provider.ack",
      {
        isCommand: false,
        handle: async (session, params) => {
          const { seq } = params as MethodParams["provider.ack"];
          if (seq > session.seq) {
            throw new CtiError("validation-parameter", "seq is no number of an event", { path: "/seq" });
          }
          session.acknowledge(seq);
          return { seq: session.seq };
        },
      },
    ],
    ["provider.heartbeat", { isCommand: false, handle: async (session) => ({ seq: session.seq }) }],
    [
      "provider.close",
      {
        isCommand: false,
        handle: async (session) => {
          // The reply goes first.
          setImmediate(() => table.close(session, "application"));
          return { seq: session.seq };
        },
      },
    ],
  ]);
}
