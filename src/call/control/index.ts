export { CallManager, type CallManagerOptions, type CallManagerSettings } from "./call-manager.ts";
export { type CallPartyView, type CallView } from "./call-view.ts";
export { type EdgeControl, type EdgeDialogSummary } from "./edge-control.ts";
