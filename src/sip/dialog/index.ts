export { type Application, type ApplicationMessage, type ApplicationPort, type CommandReply } from "./application.ts";
export { type CoreContext } from "./core-context.ts";
export { InviteJournal } from "./invite-journal.ts";
export { DialogTable, JournalDialogStore, type DialogStore } from "./dialog-table.ts";
export { type EdgeDialogSummary } from "./dialog.ts";
export { type RequestCommand } from "./outbound-requests.ts";
export { UserAgentCore } from "./user-agent-core.ts";
