export { type RegistrationLimits, type SipProfile, type SipTransport } from "./sip-profile.ts";
export { type LineForwarding } from "./line-forwarding.ts";
export { type SipPhone } from "./sip-phone.ts";
export { type CallerIdPolicy, type Peer } from "./peer.ts";
export {
  createInventory,
  indexInventory,
  type Inventory,
  type InventorySource,
  type PeerSource,
  type PhoneSource,
} from "./inventory.ts";
export { LiveInventory } from "./live-inventory.ts";
export { storedInventory, type StoredInventoryContext } from "./stored-inventory.ts";
export { InventoryError, type InventoryErrorCode } from "./inventory-error.ts";
export { isLoopback, isSameAddress } from "./ip-address.ts";
