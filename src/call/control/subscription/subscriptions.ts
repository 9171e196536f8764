import {
  detached,
  errorMessageOf,
  Journal,
  type Clock,
  type Ids,
  type Logger,
  type MetricSample,
  type Timer,
} from "../../../common/index.ts";
import { parseNameAddrList, tagOf, type SipMessage } from "../../../sip/message/index.ts";
import type { Inventory } from "../../device/index.ts";
import type { Body, HeaderList, IncomingRequest, SignalingPort } from "../../signaling/signaling-port.ts";
import { accepts } from "../accept.ts";
import type { Gatekeeper } from "../gatekeeper.ts";
import { dialogIdOf } from "../leg.ts";
import { rejection, type Rejection } from "../rejection.ts";
import { ChangePace } from "./change-pace.ts";
import type { EventPackage } from "./event-package.ts";
import { Notifier, type SubscriptionState } from "./notifier.ts";
import { eventOf, grantExpiry, isSubscription, type Subscription } from "./subscription.ts";
import { SubscriptionTable } from "./subscription-table.ts";

export interface SubscriptionsOptions {
  readonly packages: readonly EventPackage[];
  readonly gatekeeper: Gatekeeper;
  readonly inventory: Inventory;
  readonly port: SignalingPort;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly journalPath: string;
  /** Subscriptions at a time; default 50,000. */
  readonly maxSubscriptions?: number;
}

/** A SUBSCRIBE that says what it wants. */
interface Wanted {
  readonly eventPackage: EventPackage;
  readonly eventId: string | undefined;
  readonly seconds: number;
}

/** Versions of documents that are on file as used before they are. */
const VERSIONS_AT_ONCE = 256;
/** Of those who are to be told anew, how many at once, and how long until the next: a node has tens of thousands. */
const TOLD_AT_ONCE = 100;
const TELL_AGAIN_MS = 20;
const NO_SUBSCRIPTION = 481;
const RETRY: HeaderList = [["Retry-After", "60"]];

/**
 * Subscriptions of phones to what the switch knows (RFC 6665), whatever the event package. They outlive the process:
 * each is on file before its subscriber knows of it.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #packages: ReadonlyMap<string, EventPackage>;
  readonly #table: SubscriptionTable;
  readonly #journal: Journal<Subscription>;
  readonly #notifier: Notifier;
  readonly #allowEvents: HeaderList;
  readonly #max: number;
  /** Those whose subscribers may not have been told of the state as it is, because the edge was lost. */
  readonly #missed = new Set<Subscription>();
  /** Something has changed since their state was written last. */
  readonly #outdated = new Set<Subscription>();
  readonly #pace: ChangePace;
  #telling: Timer | undefined;

  /** @throws the file system's error when the journal cannot be opened */
  constructor(options: SubscriptionsOptions) {
    const { packages, port, clock, logger, journalPath: path } = options;
    this.#options = options;
    this.#pace = new ChangePace(clock);
    this.#max = options.maxSubscriptions ?? 50_000;
    this.#packages = new Map(packages.map((one) => [one.name, one]));
    this.#allowEvents = [["Allow-Events", [...this.#packages.keys()].join(", ")]];
    this.#table = new SubscriptionTable(clock, (subscription) => this.#end(subscription, "timeout"));
    const onError = (error: unknown): void =>
      logger.error("subscriptions cannot be recorded", { path, error: errorMessageOf(error) });
    this.#journal = new Journal<Subscription>(
      { path, clock, onError },
      (_dialogId, value) => this.#restore(value),
      () => this.#table.all.map((one) => [one.dialogId, one] as const),
    );
    this.#notifier = new Notifier({
      port,
      clock,
      bodyOf: (subscription) => this.#bodyOf(subscription),
      onFailed: (subscription) => this.#forget(subscription),
      onMissed: (subscription) => {
        if (this.#table.find(subscription.dialogId) === subscription) this.#missed.add(subscription);
      },
    });
    for (const one of packages) one.onChange((resource) => this.#onChange(one, resource));
  }

  /** Names of the packages, as a header. */
  get allowEvents(): HeaderList {
    return this.#allowEvents;
  }

  /** Takes a SUBSCRIBE outside a dialog, or says what it is answered with. */
  subscribe(request: IncomingRequest): Rejection | undefined {
    const { message } = request;
    const wanted = this.#wantedOf(message);
    if ("status" in wanted) return wanted;
    const admission = this.#options.gatekeeper.admit(request);
    if (admission.kind === "refused") return admission;
    const { device } = admission;
    const right = wanted.eventPackage.authorize(device, message.uri);
    if (right.kind === "refused") return right;
    const contact = parseNameAddrList(message.getAll("contact"));
    const remoteTag = tagOf(message.get("from") ?? "");
    const [first, ...others] = contact.ok ? contact.value : [];
    if (first === undefined || others.length > 0 || remoteTag === undefined) return rejection(400, "contact");
    const subscription: Subscription = {
      version: 1,
      dialogId: detached(dialogIdOf(message.get("call-id") ?? "", remoteTag)),
      localTag: `s${this.#options.ids.token(7)}`,
      remoteTag: detached(remoteTag),
      device: { kind: device.kind, name: device.name },
      event: wanted.eventPackage.name,
      ...(wanted.eventId === undefined ? {} : { eventId: detached(wanted.eventId) }),
      resource: detached(right.resource),
      host: detached(right.host),
      uri: detached(message.uri),
      reservedVersions: VERSIONS_AT_ONCE,
      contact: detached(first.uri),
      source: request.source,
      expiresAtMs: this.#expiryOf(wanted.seconds),
    };
    return this.#begin(request, subscription, wanted.seconds);
  }

  /** Takes a SUBSCRIBE inside a dialog, or says what it is answered with. */
  refresh(request: IncomingRequest): Rejection | undefined {
    const { message } = request;
    const subscription = this.#table.find(request.dialogId);
    if (subscription === undefined || !isOfDialog(message, subscription)) return rejection(481, "no-subscription");
    const refused = this.#options.gatekeeper.checkDialogRequest(subscription, request);
    if (refused !== undefined) return refused;
    const wanted = this.#wantedOf(message);
    if ("status" in wanted) return wanted;
    if (wanted.eventPackage.name !== subscription.event || wanted.eventId !== subscription.eventId) {
      return rejection(481, "no-subscription");
    }
    const lost = wanted.seconds === 0 ? undefined : this.#lossOfRight(subscription, wanted.eventPackage);
    if (lost !== undefined) {
      this.#end(subscription, lost.status === NO_SUBSCRIPTION ? "deactivated" : "rejected");
      return lost;
    }
    subscription.expiresAtMs = this.#expiryOf(wanted.seconds);
    if (wanted.seconds > 0) {
      this.#table.renew(subscription);
      this.#record(subscription);
    }
    this.#accept(request, subscription, wanted.seconds);
    return undefined;
  }

  /** Why the subscriber may no longer have what it has; undefined: it may. */
  #lossOfRight({ device, resource, uri }: Subscription, eventPackage: EventPackage): Rejection | undefined {
    const subscriber = this.#options.inventory.deviceByName(device.name);
    if (subscriber === undefined) return rejection(403, "device");
    if (uri === undefined) return rejection(NO_SUBSCRIPTION, "no-subscription");
    const right = eventPackage.authorize(subscriber, uri);
    if (right.kind === "refused") return right;
    return right.resource === resource ? undefined : rejection(NO_SUBSCRIPTION, "no-subscription");
  }

  /** The edge is connected: what was on its way when it was lost is told again. */
  findEdge(): void {
    this.#telling?.cancel();
    this.#telling = undefined;
    const missed = [...this.#missed].slice(0, TOLD_AT_ONCE);
    for (const subscription of missed) {
      this.#missed.delete(subscription);
      this.#notifier.notify(subscription, "active");
    }
    if (this.#missed.size === 0 || !this.#options.port.connected) return;
    this.#telling = this.#options.clock.after(TELL_AGAIN_MS, () => this.findEdge());
  }

  /** Writes what is pending now. */
  flush(): void {
    this.#journal.flush();
  }

  metrics(): MetricSample[] {
    const { answered, failed } = this.#notifier.counts;
    const counted = (result: string, value: number): MetricSample => ({
      name: "tandem_notifies_total",
      type: "counter",
      help: "NOTIFYs to subscribers, by what came of them",
      labels: { result },
      value,
    });
    const size = this.#table.size;
    return [
      { name: "tandem_subscriptions", type: "gauge", help: "Subscriptions of phones", value: size },
      counted("answered", answered),
      counted("failed", failed),
      this.#journal.metric,
    ];
  }

  /** Stops without ending subscriptions: the next instance takes them over. May be called twice. */
  close(): void {
    this.#telling?.cancel();
    this.#pace.close();
    this.#table.close();
    this.#journal.close();
  }

  #wantedOf(message: SipMessage): Wanted | Rejection {
    const event = eventOf(message);
    const eventPackage = event === undefined ? undefined : this.#packages.get(event.name);
    if (eventPackage === undefined) return rejection(489, "event", this.#allowEvents);
    if (!accepts(message, eventPackage.contentType)) return rejection(406, "accept");
    const { expiry } = eventPackage;
    const granted = grantExpiry(message, expiry);
    if (granted.kind === "malformed") return rejection(400, "expires");
    if (granted.kind === "brief") return rejection(423, "expires", [["Min-Expires", String(expiry.minSeconds)]]);
    return { eventPackage, eventId: event?.id, seconds: granted.seconds };
  }

  #begin(request: IncomingRequest, subscription: Subscription, seconds: number): Rejection | undefined {
    const { event, contact, device, dialogId, resource } = subscription;
    const own = this.#table.ofDevice(device.name);
    // A phone that has begun again knows nothing of what it had, and would answer 481.
    for (const one of own) {
      if (one.dialogId === dialogId) this.#forget(one);
      else if (one.event === event && one.contact === contact && one.resource === resource)
        this.#end(one, "noresource");
    }
    const others = this.#table.ofDevice(device.name).filter((one) => one.event === event);
    if (others.length >= (this.#packages.get(event)?.maxOfDevice ?? 0)) return rejection(503, "subscriptions", RETRY);
    if (this.#table.size >= this.#max) return rejection(503, "full", RETRY);
    if (seconds > 0) {
      this.#table.add(subscription);
      this.#record(subscription);
    }
    this.#accept(request, subscription, seconds);
    return undefined;
  }

  /** RFC 6665 4.2.1.2: a NOTIFY follows each 2xx at once. */
  #accept(request: IncomingRequest, subscription: Subscription, seconds: number): void {
    const headers: HeaderList = [["Expires", String(seconds)], ...this.#allowEvents];
    request.respond(200, { headers, toTag: subscription.localTag }, (error) => {
      if (error?.code === "edge-lost") return;
      if (error !== undefined) this.#forget(subscription);
      else if (seconds === 0) this.#end(subscription, "timeout");
      else this.#notifier.notify(subscription, "active");
    });
  }

  #onChange({ name, gapMs = 0 }: EventPackage, resource: string): void {
    if (!this.#table.hasResource(name, resource)) return;
    for (const subscription of this.#table.ofResource(name, resource)) this.#outdated.add(subscription);
    this.#pace.changed(`${name} ${resource}`, gapMs, () => {
      for (const subscription of this.#table.ofResource(name, resource)) {
        // A NOTIFY that waited for the answer to the one before may have told it meanwhile.
        if (this.#outdated.has(subscription)) this.#notifier.notify(subscription, "active");
      }
    });
  }

  #bodyOf(subscription: Subscription): Body {
    this.#outdated.delete(subscription);
    const version = subscription.nextVersion ?? 0;
    subscription.nextVersion = version + 1;
    if (version >= (subscription.reservedVersions ?? 0)) {
      subscription.reservedVersions = version + VERSIONS_AT_ONCE;
      if (this.#table.find(subscription.dialogId) === subscription) this.#record(subscription);
    }
    const eventPackage = this.#packages.get(subscription.event);
    return {
      contentType: eventPackage?.contentType ?? "",
      text: eventPackage?.stateOf(subscription, version) ?? "",
    };
  }

  #record(subscription: Subscription): void {
    this.#journal.put(subscription.dialogId, subscription);
  }

  /** Ends those of devices that are there no more. */
  endOf(devices: ReadonlySet<string>): void {
    if (devices.size === 0) return;
    for (const subscription of [...this.#table.all]) {
      if (devices.has(subscription.device.name)) this.#end(subscription, "noresource");
    }
  }

  #isDeviceThere({ device }: Subscription): boolean {
    return this.#options.inventory.deviceByName(device.name) !== undefined;
  }

  #end(subscription: Subscription, state: SubscriptionState): void {
    this.#forget(subscription);
    this.#notifier.notify(subscription, state);
  }

  #forget(subscription: Subscription): void {
    const { dialogId } = subscription;
    // Another one may have begun with the same Call-ID and tag.
    if (this.#table.find(dialogId) !== subscription) return;
    this.#table.remove(dialogId);
    this.#missed.delete(subscription);
    this.#outdated.delete(subscription);
    this.#journal.remove(dialogId);
  }

  #expiryOf(seconds: number): number {
    return this.#options.clock.wallMs() + seconds * 1_000;
  }

  /** Those that ended meanwhile, and those of devices and packages that are no longer there, are left out. */
  #restore(value: unknown): void {
    if (!isSubscription(value) || value.expiresAtMs <= this.#options.clock.wallMs()) return;
    const eventPackage = this.#packages.get(value.event);
    if (eventPackage === undefined || !this.#isDeviceThere(value) || this.#table.size >= this.#max) return;
    value.nextVersion = value.reservedVersions ?? 0;
    this.#table.add(value);
    if (eventPackage.isToldAnew === true) this.#missed.add(value);
  }
}

/** RFC 3261 12.2.2: the tags of a dialog. */
function isOfDialog(message: SipMessage, { localTag, remoteTag }: Subscription): boolean {
  return tagOf(message.get("to") ?? "") === localTag && tagOf(message.get("from") ?? "") === remoteTag;
}
