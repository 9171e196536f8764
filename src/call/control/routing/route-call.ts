import { withMore } from "../../../common/index.ts";
import type { SipPhone } from "../../device/index.ts";
import type { Destination, FeatureDestination, LineDestination, NoReason } from "../../digit-analysis/index.ts";
import type { BranchGroup, Route } from "../../model/index.ts";
import type { Binding } from "../../registrar/index.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";
import type { BranchTarget, Way } from "../leg/branch.ts";
import { phoneDevice } from "../leg/caller-identity.ts";
import { rejection, type Rejection } from "../rejection.ts";
import type { FeatureCall, RejectedCall, RoutedCall, SettingCall } from "./routed-call.ts";
import { routeToPeer, routeToTrunks, type TrunkContext } from "./route-trunks.ts";
import { registrationOf } from "../leg/way-to-leg.ts";
import { isContactWithoutMedia, isCtiContact } from "../../virtual/cti-contact.ts";

export interface RouteContext extends TrunkContext {
  readonly lookup: (phone: SipPhone) => readonly Binding[];
  readonly onFlowFailed: (binding: Binding) => void;
  /** It is offered calls without a sound. */
  readonly isSilent: (phone: SipPhone) => boolean;
  /** Ringing of all groups of contacts but the last. */
  readonly serialRingSeconds: number;
}

/** Contacts that are tried for a call; the registrar's own bound is usually lower. */
const MAX_BRANCHES = 16;
/** Whatever its application does, a caller that hears nothing does not wait longer (RFC 3261 16.6: timer C). */
const LONGEST_OFFER_MS = 180_000;

type AskedFeature = FeatureCall | SettingCall;

type NoDestination = Extract<Destination, { kind: "none" }>;

const STATUS_OF_NONE: Readonly<Record<NoReason, number>> = {
  empty: 484,
  "too-long": 414,
  "unknown-host": 404,
  "unknown-number": 404,
  "no-transit": 403,
  "no-emergency": 404,
  blocked: 403,
  "no-trunk": 503,
  "translation-loop": 482,
  "too-many-hops": 483,
};

/** The caller may have another way to get help, and has to know at once that this is none. */
const NO_EMERGENCY: HeaderList = [["Warning", '399 tandem "This switch has no place that emergency calls go to"']];

/** Q.850: subscriber absent. */
const ABSENT = 20;

/** What is not hunted. */
type Routable = Exclude<Destination, { readonly kind: "hunt-pilot" }>;

/** Turns the result of digit analysis into targets, or into what the caller is told. */
export function routeCall(destination: Routable, context: RouteContext): RoutedCall | RejectedCall | AskedFeature {
  switch (destination.kind) {
    case "endpoint":
      return {
        kind: "routed",
        route: { kind: "endpoint" },
        targets: new Map(),
        callee: undefined,
        endpoint: destination.endpoint,
      };
    case "phone":
      return routeToPhones([destination.phone], undefined, context);
    case "line":
      return routeToLine(destination, context);
    case "peer":
      return routeToPeer(destination, context);
    case "route":
      return routeToTrunks(destination.attempts, context);
    case "park-range":
      return {
        kind: "feature",
        feature: { kind: "park-slot", range: destination.pattern, slot: destination.number },
      };
    case "pickup-group":
      return { kind: "feature", feature: { kind: "pickup-group", group: destination.group } };
    case "feature":
      return dialedFeature(destination);
    case "none":
      return { kind: "rejected", ...rejectionOfNone(destination) };
  }
}

function dialedFeature({ feature, argument }: FeatureDestination): AskedFeature {
  switch (feature) {
    case "transfer":
    case "conference":
    case "park":
    case "barge":
    case "group-pickup":
    case "other-group-pickup":
    case "directed-pickup":
      return { kind: "feature", feature: { kind: "code", code: feature, argument } };
    case "do-not-disturb-on":
    case "do-not-disturb-off":
    case "forward-all-on":
    case "forward-all-off":
    case "hunt-log-in":
    case "hunt-log-out":
    case "privacy-on":
    case "privacy-off":
      return { kind: "setting", setting: feature, argument };
  }
}

/** What one is told whose number leads nowhere; a longer one may (RFC 3578, RFC 3261 21.4.22). */
export function rejectionOfNone({ reason, more }: Pick<NoDestination, "reason" | "more">): Rejection {
  if (more === true && reason === "unknown-number") return rejection(484, "incomplete-number");
  return rejection(STATUS_OF_NONE[reason], reason, reason === "no-emergency" ? NO_EMERGENCY : []);
}

/** Rings all devices that have the line. */
function routeToLine(line: LineDestination, context: RouteContext): RoutedCall | RejectedCall {
  if (line.phones.length > 0) return routeToPhones(line.phones, line.callingNumber, context);
  return { kind: "rejected", ...rejection(480, "no-phone", [], ABSENT) };
}

function routeToPhones(
  phones: readonly SipPhone[],
  callerNumber: string | undefined,
  context: RouteContext,
): RoutedCall | RejectedCall {
  const registered = phones.flatMap((phone) => placesOf(context.lookup(phone)).map((place) => ({ phone, ...place })));
  const takers = registered.filter(({ phone }) => !context.isBusy(phone));
  const ringing = takers.filter(({ phone }) => !context.isSilent(phone));
  // Phones that are not to be disturbed have the call alone when no other phone of the line rings.
  const free = ringing.length > 0 ? ringing : takers;
  const [first = phones[0]] = free.map(({ phone }) => phone);
  const known = first === undefined ? {} : { callee: phoneDevice(first) };
  if (registered.length === 0)
    return { kind: "rejected", ...known, ...rejection(480, reasonOfAbsence(phones), [], ABSENT) };
  if (free.length === 0) return { kind: "rejected", ...known, ...rejection(486, "busy") };
  const places = free.sort((a, b) => b.q - a.q).slice(0, MAX_BRANCHES);
  const targets = new Map<string, BranchTarget>();
  const groups: RungTogether[] = [];
  for (const { q, bindings, phone } of places) {
    const branchId = context.ids.uuid();
    const target = targetOf(phone, bindings, context);
    if (target === undefined) continue;
    const silent = context.isSilent(phone) ? { isSilent: true } : {};
    targets.set(branchId, withMore(target, { ...(callerNumber === undefined ? {} : { callerNumber }), ...silent }));
    const last = groups.at(-1);
    const isOffered = isCtiContact(target.uri);
    const takesNoMedia = isContactWithoutMedia(target.uri);
    if (last?.q === q) {
      last.branchIds.push(branchId);
      last.isOffered &&= isOffered;
      last.takesNoMedia &&= takesNoMedia;
    } else groups.push({ q, branchIds: [branchId], isOffered, takesNoMedia });
  }
  const ringSeconds = Math.max(...places.map(({ phone }) => phone.profile.ringSeconds));
  return { kind: "routed", route: routeOf(groups, ringSeconds, context), targets, callee: known.callee };
}

/** Devices of applications that nobody has opened are not there, but their lines have no other forwarding for that. */
function reasonOfAbsence(phones: readonly SipPhone[]): string {
  return phones.every(({ cti }) => cti !== undefined) ? "not-open" : "not-registered";
}

/** The target that a place of a phone is; undefined: there is no way to it. */
export function targetOf(
  phone: SipPhone,
  bindings: readonly Binding[],
  context: Pick<RouteContext, "onFlowFailed">,
): BranchTarget | undefined {
  const [way, ...otherWays] = bindings.flatMap((binding) => waysOf(binding, context));
  const [first] = bindings;
  if (way === undefined || first === undefined) return undefined;
  const { profile } = phone;
  return {
    otherWays,
    registration: registrationOf(first),
    device: phoneDevice(phone),
    isTrusted: false,
    policy: profile.session,
    latch: profile.media.latch ? "any" : "candidates",
    ...way,
  };
}

/** The ways to each place of a phone, in the order in which they are tried. */
export function waysToPlaces(
  bindings: readonly Binding[],
  onFlowFailed: (binding: Binding) => void,
): readonly (readonly Way[])[] {
  return placesOf(bindings)
    .map(({ bindings: flows }) => flows.flatMap((binding) => waysOf(binding, { onFlowFailed })))
    .filter((ways) => ways.length > 0)
    .slice(0, MAX_BRANCHES);
}

/** A phone that has registered, by all its flows. */
export interface Place {
  /** The best of its flows. */
  readonly q: number;
  readonly bindings: Binding[];
}

/** Flows of one instance make one place (RFC 5626 7: never two requests to it at a time); every other contact is one. */
export function placesOf(bindings: readonly Binding[]): Place[] {
  const places: Place[] = [];
  const byInstance = new Map<string, Place>();
  for (const binding of bindings) {
    const { instance, q } = binding;
    const known = instance === undefined ? undefined : byInstance.get(instance);
    if (known !== undefined) {
      known.bindings.push(binding);
      continue;
    }
    const place: Place = { q, bindings: [binding] };
    places.push(place);
    if (instance !== undefined) byInstance.set(instance, place);
  }
  return places;
}

/** Places of the same preference. */
interface RungTogether {
  readonly q: number;
  readonly branchIds: string[];
  /** All are devices of applications. */
  isOffered: boolean;
  /** All of them are without media. */
  takesNoMedia: boolean;
}

/** Over its flow, and then to where it listens. */
function waysOf(binding: Binding, { onFlowFailed }: Pick<RouteContext, "onFlowFailed">): Way[] {
  const { targetUri: uri, proxyUri, path, isDialable = false } = binding;
  const way: Way = {
    uri,
    ...(proxyUri === undefined ? {} : { proxyUri }),
    ...(path === undefined ? {} : { path }),
  };
  return isDialable ? [way, { uri }] : [{ onFlowFailed: () => onFlowFailed(binding), ...way }];
}

function routeOf(
  groups: readonly RungTogether[],
  profileRingSeconds: number,
  { ringSeconds, serialRingSeconds }: RouteContext,
): Route {
  const wholeSeconds = profileRingSeconds > 0 ? profileRingSeconds : ringSeconds;
  const timed = groups.map(({ branchIds, isOffered, takesNoMedia }, index): BranchGroup => {
    const isLast = index === groups.length - 1;
    const ringMs = (isLast ? wholeSeconds : Math.min(wholeSeconds, serialRingSeconds)) * 1_000;
    if (!isOffered) return { branchIds, ringMs };
    const media = takesNoMedia ? { takesNoMedia } : { takesOfferLater: true };
    return { branchIds, ringMs, offerMs: LONGEST_OFFER_MS, ...media };
  });
  return { kind: "branches", groups: timed };
}
