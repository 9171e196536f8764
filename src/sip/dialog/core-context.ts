import type { Clock, Ids, Logger } from "../../common/index.ts";
import type { SipMessage } from "../message/index.ts";
import type { TargetResolver } from "../resolution/index.ts";
import type { TransactionLayer } from "../transaction/index.ts";
import type { Target, TransportLayer } from "../transport/index.ts";
import type { ApplicationPort } from "./application.ts";
import type { RequestContext } from "./complete-request.ts";
import type { DialogTable } from "./dialog-table.ts";
import type { FlowTokens } from "./flow-tokens.ts";
import type { InviteJournal } from "./invite-journal.ts";
import { hostPort } from "./local-host.ts";

/** What the parts of the user agent core share. */
export interface CoreContext {
  readonly transactions: TransactionLayer;
  readonly transport: TransportLayer;
  readonly resolver: TargetResolver;
  readonly dialogs: DialogTable;
  readonly invites: InviteJournal;
  readonly flows: FlowTokens;
  readonly applications: ApplicationPort;
  readonly clock: Clock;
  readonly ids: Ids;
  /** True for an emergency call that goes before all others. */
  readonly hasRightOfWay: (request: SipMessage) => boolean;
  /** An application has taken a REGISTER from there. */
  readonly onRegistered: (address: string) => void;
  readonly logger: Logger;
}

/** `c` marks tags of dialogs that we initiate, `s` the others: a request of an unknown dialog tells who began it. */
export type TagRole = "c" | "s";

/** A fresh tag with 56 bits of randomness (RFC 3261 19.3 asks for 32). */
export function newTag(context: CoreContext, role: TagRole): string {
  const uuid = context.ids.uuid();
  return `${role}${uuid.slice(0, 8)}${uuid.slice(30)}`;
}

/** True for a tag that `newTag` made for a dialog we initiated. */
export function isInitiatorTag(tag: string): boolean {
  return /^c[0-9a-f]{14}$/.test(tag);
}

/** Our address towards a target, and a fresh branch. */
export function requestContext(context: CoreContext, target: Target): RequestContext {
  const local = context.transport.localFor(target);
  return {
    local: hostPort(local.address, local.port),
    protocol: target.protocol,
    branch: `z9hG4bK${context.ids.uuid().replaceAll("-", "")}`,
  };
}
