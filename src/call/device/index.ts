export { type RegistrationLimits, type SipProfile, type SipTransport } from "./sip-profile.ts";
export { type LineForwarding } from "./line-forwarding.ts";
export { type LineLimits, type SipPhone } from "./sip-phone.ts";
export { type CallerIdPolicy, type Peer } from "./peer.ts";
export { createInventory, type InventorySource, type PeerSource, type PhoneSource } from "./create-inventory.ts";
export { type Inventory } from "./inventory.ts";
export { InventoryTable } from "./inventory-table.ts";
export { StoredInventory, type InventoryChange, type StoredInventoryContext } from "./stored-inventory.ts";
export {
  type DeviceSettings,
  type Distribution,
  type DoNotDisturb,
  type FeatureSettings,
  type HuntGroup,
  type HuntPilotSettings,
  type HuntQueue,
  type LineSettings,
  type ParkRangeSettings,
  type PickupGroupSettings,
} from "./feature-settings.ts";
export {
  type FeatureStore,
  type FeatureStoreErrorCode,
  type FeatureStoreResult,
  type NewForward,
} from "./feature-store.ts";
export { ConfiguredFeatures, type ConfiguredFeaturesOptions } from "./configured-features.ts";
export { LiveFeatureSettings } from "./live-feature-settings.ts";
export { ProfileHints, profileWarning } from "./profile-hints.ts";
export { InventoryError, type InventoryErrorCode } from "./inventory-error.ts";
export { isLoopback, isSameAddress } from "./ip-address.ts";
