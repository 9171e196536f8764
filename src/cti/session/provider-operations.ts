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
          const { seq } = (params ?? {}) as { readonly seq?: unknown };
          if (!Number.isSafeInteger(seq) || Number(seq) < 0 || Number(seq) > session.seq) {
            throw new CtiError("validation-parameter", "seq is no number of an event", { path: "/seq" });
          }
          session.acknowledge(Number(seq));
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
