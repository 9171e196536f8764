export { CallManager } from "./call-manager.ts";
export { type CallManagerOptions, type CallManagerSettings } from "./call-manager-options.ts";
export { type TrunkState } from "../trunk/trunk-keeper.ts";
export { type TrunkStateName } from "../trunk/trunk-state.ts";
export { type DeviceFacts } from "./record-context.ts";
export { type CallReport, type LiveCall } from "./call-report.ts";
export { type CallPartyView, type CallView } from "./call-view.ts";
export { type EdgeControl, type EdgeDialogSummary } from "./edge-control.ts";
export type { CallCommand, CommandFailure, CommandResult } from "../model/index.ts";
