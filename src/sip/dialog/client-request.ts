import { tagOf, type SipMessage } from "../message/index.ts";
import type { ClientTransaction } from "../transaction/index.ts";
import type { Target } from "../transport/index.ts";
import type { Application } from "./application.ts";
import type { Dialog } from "./dialog.ts";
import type { Trial } from "./failover.ts";
import { readRseq } from "./reliable-fields.ts";
import type { SentRequest } from "./uac-dialog.ts";

/** A request that an application sent and whose final response has not come. */
export interface ClientRequest {
  readonly txnId: string;
  readonly method: string;
  readonly application: Application;
  /** Empty outside dialogs. */
  readonly dialogId: string;
  /** The dialog that it was sent in. */
  readonly dialog: Dialog | undefined;
  /** As it was sent last. */
  sent: SentRequest;
  transaction: ClientTransaction | undefined;
  /**
   * `cancelled`, `abandoned`: the application has given it up, or is gone; `superseded`: it went to a silent place, and
   * goes to another now. A late 2xx is acknowledged and ended.
   */
  state: "open" | "cancelled" | "abandoned" | "superseded";
  /** The last RSeq of each branch, by To tag; absent while no reliable provisional response has come. */
  rseqs: Map<string, number> | undefined;
  /** Its application is told of a 100. */
  wantsTrying?: boolean;
  /** The places that it can go to; absent when there is only one, an address. */
  trial?: (Trial & { readonly make: (target: Target) => SentRequest }) | undefined;
}

/** Branches of one INVITE whose reliable responses are told apart; those of others are taken for new. */
const MAX_BRANCHES = 32;

/**
 * False for a reliable provisional response that came before, or before its turn: neither is to be seen by anyone
 * (RFC 3262 4). Notes the one that it returns true for.
 */
export function isNewReliable(request: ClientRequest, response: SipMessage): boolean {
  const rseq = response.status < 200 ? readRseq(response) : undefined;
  if (rseq === undefined) return true;
  const tag = tagOf(response.get("to") ?? "") ?? "";
  const last = request.rseqs?.get(tag);
  if (last !== undefined && rseq !== last + 1) return false;
  request.rseqs ??= new Map();
  if (last !== undefined || request.rseqs.size < MAX_BRANCHES) request.rseqs.set(tag, rseq);
  return true;
}
