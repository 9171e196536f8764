/** Call control of a node: registrar, digest, digit analysis, devices, two-party calls and their records. */
export {
  CallManager,
  type CallManagerOptions,
  type CallManagerSettings,
  type CallPartyView,
  type CallView,
  type EdgeControl,
  type EdgeDialogSummary,
  type MessageCount,
  type MessageCountSource,
  type TrunkState,
} from "./control/index.ts";
export {
  createInventory,
  InventoryError,
  type Inventory,
  type InventoryErrorCode,
  type InventorySource,
  type LineForwarding,
  type Peer,
  type PeerSource,
  type PhoneSource,
  type RegistrationLimits,
  type SipPhone,
  type SipProfile,
  type SipTransport,
} from "./device/index.ts";
export {
  analyze,
  compileDialPlan,
  DIAL_PLAN_KINDS,
  parseDialed,
  readDialPlan,
  type AnalysisContext,
  type Destination,
  type Dialed,
  type DialCaller,
  type DialPlan,
  type DialPlanSource,
  type DialQuery,
  type DialResult,
  type Numbering,
  type ServiceEndpoint,
} from "./digit-analysis/index.ts";
export { type CallRecord, type RecordParty, type RecordSide } from "./record/call-record.ts";
export { type RegistrationSummary } from "./registrar/index.ts";
