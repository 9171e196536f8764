export {
  type Application,
  type ApplicationMessage,
  type ApplicationPort,
  type CallRecord,
  type CommandReply,
} from "./application.ts";
export { parseDraft } from "./application-message.ts";
export { bareResponse } from "./complete-response.ts";
export { newTag, requestContext, type CoreContext } from "./core-context.ts";
export { Failover, type Trial } from "./failover.ts";
export { FlowTokens, type NamedFlow } from "./flow-tokens.ts";
export { canBeDialled } from "./reached-by-flow.ts";
export { keepRegistered } from "./registered-flow.ts";
export { InviteJournal } from "./invite-journal.ts";
export { DialogTable, JournalDialogStore, type DialogStore } from "./dialog-table.ts";
export { type EdgeDialogSummary } from "./dialog.ts";
export { type ClaimResult, type ImportResult } from "./dialog-takeover.ts";
export { type ImportedDialog } from "./imported-dialog.ts";
export { hostPort } from "./local-host.ts";
export { type RequestCommand } from "./outbound-requests.ts";
export { type SentRequest } from "./uac-dialog.ts";
export { UserAgentCore } from "./user-agent-core.ts";
