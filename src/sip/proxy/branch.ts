import type { Timer } from "../../common/index.ts";
import type { Trial } from "../dialog/index.ts";
import type { SipMessage } from "../message/index.ts";
import type { ClientTransaction } from "../transaction/index.ts";
import type { Target } from "../transport/index.ts";
import type { ProxyTimer } from "./response-context.ts";

/** What is known of one target of a proxied request. */
export interface Branch {
  transaction: ClientTransaction | undefined;
  target: Target | undefined;
  /** Where else it can go; undefined for an address. */
  trial: Trial | undefined;
  isCancelled: boolean;
  final: SipMessage | undefined;
  /** Its final response, or that there is none, has been told. */
  isTold: boolean;
  /** Its end stands in the call records. */
  isRecorded: boolean;
  /** Under which an INVITE stands in the journal of those that are unanswered. */
  journalId: string | undefined;
  readonly timers: Map<ProxyTimer, Timer>;
}

export function newBranch(): Branch {
  return {
    transaction: undefined,
    target: undefined,
    trial: undefined,
    isCancelled: false,
    final: undefined,
    isTold: false,
    isRecorded: false,
    journalId: undefined,
    timers: new Map(),
  };
}
