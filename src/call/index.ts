/** Call control of a node: registrar, digest, digit analysis, devices, two-party calls and their records. */
export {
  CallManager,
  type CallManagerOptions,
  type CallManagerSettings,
  type CallPartyView,
  type CallReport,
  type CallView,
  type EdgeControl,
  type EdgeDialogSummary,
  type LiveCall,
  type TrunkState,
} from "./control/index.ts";
export {
  createInventory,
  type FeatureSettings,
  type FeatureStore,
  type FeatureStoreResult,
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
  LiveDialPlan,
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
export {
  type CallFacts,
  type CallRecord,
  type RecordLeg,
  type RecordParty,
  type RecordQuality,
  type RecordSide,
} from "./record/call-record.ts";
export { recordSettingsOf, type RecordSettings } from "./record/record-settings.ts";
export {
  RecordError,
  type RecordErrorCode,
  type RecordPage,
  type RecordQuery,
  type RecordTable,
} from "./record/record-table.ts";
export { type RegistrationSummary } from "./registrar/index.ts";
