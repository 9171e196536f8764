export { type RegistrationLimits, type SipProfile, type SipTransport } from "./sip-profile.ts";
export { type LineLimits, type SipPhone } from "./sip-phone.ts";
export { type CallerIdPolicy, type Peer } from "./peer.ts";
export { createInventory, type InventorySource, type PeerSource, type PhoneSource } from "./create-inventory.ts";
export { type Inventory } from "./inventory.ts";
export { InventoryTable } from "./inventory-table.ts";
export { StoredInventory, type InventoryChange, type StoredInventoryContext } from "./stored-inventory.ts";
export { InventoryError, type InventoryErrorCode } from "./inventory-error.ts";
export { isLoopback, isSameAddress } from "./ip-address.ts";
