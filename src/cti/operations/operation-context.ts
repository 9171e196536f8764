import type { Clock, Ids } from "../../common/index.ts";
import type { ConfigurationMirror } from "../../database/index.ts";
import type { CallControlLink } from "../call-control-link.ts";
import type { Replica } from "../call/replica.ts";
import type { SignalFeed } from "../call/signal-feed.ts";
import type { Subscriptions } from "../call/subscriptions.ts";
import type { DeviceAccess } from "../device/device-access.ts";
import type { InventoryWatch } from "../device/inventory-watch.ts";
import type { OpenDevices } from "../device/open-devices.ts";
import type { ServiceState } from "../device/service-state.ts";

/** What operations work with. */
export interface OperationContext {
  readonly link: CallControlLink;
  readonly feed: SignalFeed;
  readonly replica: Replica;
  readonly subscriptions: Subscriptions;
  readonly open: OpenDevices;
  readonly access: DeviceAccess;
  readonly service: ServiceState;
  readonly inventory: InventoryWatch;
  readonly mirror: ConfigurationMirror;
  readonly clock: Clock;
  readonly ids: Ids;
  /** What an answer that shows calls and devices may have, about. */
  readonly maxAnswerCharacters: number;
}
