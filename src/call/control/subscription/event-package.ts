import type { SipMessage } from "../../../sip/message/index.ts";
import type { Peer, SipPhone } from "../../device/index.ts";
import type { Rejection } from "../rejection.ts";
import type { Subscription, SubscriptionExpiry } from "./subscription.ts";

/** What an authenticated subscriber may have. */
export type SubscriptionRight =
  | { readonly kind: "allowed"; readonly resource: string; readonly host: string }
  | ({ readonly kind: "refused" } & Rejection);

/** An event package (RFC 6665 5): what can be subscribed to, by whom, and what a NOTIFY says. */
export interface EventPackage {
  /** As in Event, in small letters. */
  readonly name: string;
  readonly contentType: string;
  readonly expiry: SubscriptionExpiry;
  /** Decides on a SUBSCRIBE outside a dialog. */
  authorize(subscriber: SipPhone | Peer, subscribe: SipMessage): SubscriptionRight;
  /** The whole state as it is now. */
  stateOf(subscription: Subscription): string;
  /** `listener` is told of each resource whose state changes. Called once. */
  onChange(listener: (resource: string) => void): void;
}
