import { parseDigits, type SipMessage } from "../../../sip/message/index.ts";
import type { SignalingSource } from "../../signaling/signaling-port.ts";
import type { LegDevice } from "../leg/leg.ts";

/** One subscription of a device (RFC 6665 4.2). Plain data; it goes into the journal as it is. */
export interface Subscription {
  readonly version: 1;
  /** `<Call-ID>;from-tag=<tag of the subscriber>`. */
  readonly dialogId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly device: Pick<LegDevice, "kind" | "name">;
  /** Name of the event package, and the id that the subscriber has given it. */
  readonly event: string;
  readonly eventId?: string;
  /** What it is about, in the words of the package. */
  readonly resource: string;
  /** Host of the URI that was subscribed to. */
  readonly host: string;
  /** Request-URI that it began with; absent in what older versions have recorded. */
  readonly uri?: string;
  /** Version of the next document, 0 and above. */
  nextVersion?: number;
  /** What is on file has all versions below: the next process goes on from there. */
  reservedVersions?: number;
  /** Contact as the subscriber wrote it: tells when it began again. */
  readonly contact: string;
  /** Where its requests come from. */
  source: SignalingSource;
  /** Wall-clock milliseconds. */
  expiresAtMs: number;
}

/** Event of a message. */
export interface EventName {
  /** In small letters. */
  readonly name: string;
  readonly id?: string;
}

const MAX_EVENT_LENGTH = 128;

/** Journals are our own; what an older or newer version wrote is not. */
export function isSubscription(value: unknown): value is Subscription {
  if (typeof value !== "object" || value === null) return false;
  const { version, dialogId, localTag, remoteTag, event, resource, host, contact, device, source, expiresAtMs } =
    value as Partial<Subscription>;
  const texts = [dialogId, localTag, remoteTag, event, resource, host, contact, device?.name, source?.address];
  return version === 1 && typeof expiresAtMs === "number" && texts.every((text) => typeof text === "string");
}

/** Reads Event (RFC 6665 8.2.1); undefined when there is none that could be meant. */
export function eventOf(message: SipMessage): EventName | undefined {
  const value = message.get("event") ?? "";
  const [name = "", ...params] = value.split(";").map((part) => part.trim());
  if (value.length > MAX_EVENT_LENGTH || !/^[A-Za-z0-9.!%*_+`'~-]+$/.test(name)) return undefined;
  const id = params
    .map((param) => /^id\s*=\s*([A-Za-z0-9.!%*_+`'~-]+)$/i.exec(param)?.[1])
    .find((one) => one !== undefined);
  return { name: name.toLowerCase(), ...(id === undefined ? {} : { id }) };
}

/** How long subscriptions of a package live, in seconds. */
export interface SubscriptionExpiry {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** When the subscriber names none. */
  readonly defaultSeconds: number;
}

/** What a subscriber gets for its Expires: seconds, 0 to end it or look once; or why it gets nothing. */
export type GrantedExpiry =
  { readonly kind: "granted"; readonly seconds: number } | { readonly kind: "malformed" } | { readonly kind: "brief" };

/** Decides on Expires; less than the least is refused (RFC 6665 4.2.1.1), more than the most cut. */
export function grantExpiry(message: SipMessage, expiry: SubscriptionExpiry): GrantedExpiry {
  const text = message.get("expires");
  if (text === undefined) return { kind: "granted", seconds: expiry.defaultSeconds };
  const asked = parseDigits(text, 2 ** 32 - 1);
  if (!asked.ok) return { kind: "malformed" };
  if (asked.value > 0 && asked.value < expiry.minSeconds) return { kind: "brief" };
  return { kind: "granted", seconds: Math.min(asked.value, expiry.maxSeconds) };
}
