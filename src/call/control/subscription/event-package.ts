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
  /** Subscriptions that a device may have at a time; 1 and above. */
  readonly maxOfDevice: number;
  /** The least time between two NOTIFYs for changes of a resource: those between are told as one. Absent: none. */
  readonly gapMs?: number;
  /** Subscribers are told how it is when the process is started again: what was meanwhile they have not been told. */
  readonly isToldAnew?: true;
  /**
   * Decides on a SUBSCRIBE, with the Request-URI that the subscription began with: also when it is refreshed.
   * @param uri for octets, one character each
   */
  authorize(subscriber: SipPhone | Peer, uri: string): SubscriptionRight;
  /** The whole state as it is now. @param version of the document: 0, and one more each time within a subscription */
  stateOf(subscription: Subscription, version: number): string;
  /** `listener` is told of each resource whose state changes. Called once. */
  onChange(listener: (resource: string) => void): void;
}
