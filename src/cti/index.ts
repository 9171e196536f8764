/** CTIManager: sessions of applications, and what they ask. */
export { type CallControlLink, type CallControlListener } from "./call-control-link.ts";
export { ControlCore, type ControlCoreOptions } from "./control-core.ts";
export { CtiError, type CtiErrorFacts } from "./cti-error.ts";
export { type Meta, type Operation, type Operations } from "./operation.ts";
export { MAX_SUBSCRIPTIONS } from "./call/subscriptions.ts";
export { CommandAudit, type CommandEntry, type CommandLog } from "./session/command-audit.ts";
export { type CtiUser, type TokenScope } from "./session/cti-user.ts";
export { LocalTokens } from "./session/local-tokens.ts";
export { providerOperations } from "./session/provider-operations.ts";
export { SessionDoor, type DoorSettings } from "./session/session-door.ts";
export { SessionTable, type CloseReason, type SessionHooks } from "./session/session-table.ts";
export { type AppendOptions, type SessionEvent } from "./session/session-event.ts";
export { type Session } from "./session/session.ts";
export { TokenCalls } from "./session/token-calls.ts";
export { UserDirectory } from "./session/user-directory.ts";
export { UserSignIn, type PasswordJudge } from "./session/user-sign-in.ts";
export { RpcConnection, type RpcCounts, type RpcLimits } from "./jsonrpc/rpc-connection.ts";
export { WebSocketListener, type TlsFace, type UpgradeRefusal } from "./jsonrpc/web-socket-listener.ts";
