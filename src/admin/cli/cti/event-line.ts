import type { MediaView, PartyView, ProviderEvent, RouteView, Why } from "../../../sdk/index.ts";
import type { StyledText, TextStyle } from "../launcher.ts";

/** Who is meant by a connection; absent: not known any more. */
export type PartyOf = (connectionId: string) => PartyView | undefined;

/** An event as one line: when, what, which call, and what has changed. `atMs`: milliseconds since 1970. */
export function eventLine(event: ProviderEvent, atMs: number, partyOf: PartyOf): readonly StyledText[] {
  const time = new Date(atMs).toISOString().slice(11, 23);
  return [plain(`${time} `), { text: event.type.padEnd(16), style: styleOfType(event.type) }, ...rest(event, partyOf)];
}

type Format<Type extends ProviderEvent["type"]> = (
  event: Extract<ProviderEvent, { type: Type }>,
  partyOf: PartyOf,
) => readonly StyledText[];

const FORMATS: { readonly [Type in ProviderEvent["type"]]?: Format<Type> } = {
  "call.snapshot": ({ call: { callId, calling, called, state, connections } }) => {
    const parties = connections.map(({ party, state: each }) => `${nameOf(party)} ${each}`).join(", ");
    return [...ofCall(callId), plain(` ${nameOf(calling)} -> ${nameOf(called)} ${state}: ${parties}`)];
  },
  "call.state": ({ callId, state, mergedInto, why }) => {
    const into = mergedInto === undefined ? "" : ` into ${mergedInto}`;
    return [...ofCall(callId), plain(" "), inState(state), plain(into), ...because(why)];
  },
  "call.connection": ({ callId, connectionId, party, state, why }, partyOf) => [
    ...ofCall(callId),
    plain(` ${nameOf(party ?? partyOf(connectionId))} `),
    inState(state),
    ...because(why),
  ],
  "call.terminal": ({ callId, device, state, why }) => [
    ...ofCall(callId),
    plain(` ${device} `),
    inState(state),
    ...because(why),
  ],
  "call.moved": ({ callId, party, from, why }) => [
    ...ofCall(callId),
    plain(` ${nameOf(party)} from ${from}`),
    ...because(why),
  ],
  "call.feature": ({ callId, feature, moment, controller, dissolved, isDone }) => {
    const what = `${feature} ${moment}${moment === "end" && !isDone ? ", not done" : ""} by ${controller}`;
    return [...ofCall(callId), plain(` ${what}${dissolved === undefined ? "" : `, takes in ${dissolved}`}`)];
  },
  "call.parties": (event) => [
    ...ofCall(event.callId),
    plain(` ${nameOf(event.calling)} -> ${nameOf(event.called)}${nowText(event)}`),
  ],
  "call.userData": ({ callId, userData }) => [...ofCall(callId), plain(` ${JSON.stringify(userData)}`)],
  digits: ({ callId, device, digits }) => [...ofCall(callId), plain(` ${device} got ${digits}`)],
  "device.state": ({ device: { name, isInService, cause, doNotDisturb, autoAnswer } }) => {
    const settings = [
      ...(cause === undefined ? [] : [cause]),
      ...(doNotDisturb === "off" ? [] : [`do not disturb: ${doNotDisturb}`]),
      ...(autoAnswer === true ? ["answers by itself"] : []),
    ];
    return [plain(`${name} `), inService(isInService), plain(settings.map((one) => `, ${one}`).join(""))];
  },
  "device.removed": ({ device }) => [plain(device)],
  "line.state": ({ line: { name, forwarding, isMessageWaiting } }) => {
    const kinds = Object.keys(forwarding);
    const forwards = kinds.length === 0 ? "" : `, forwards: ${kinds.join(", ")}`;
    return [plain(`${name} lamp ${isMessageWaiting ? "on" : "off"}${forwards}`)];
  },
  "line.removed": ({ line }) => [plain(line)],
  "route.request": ({ route }) => ofRoute(route),
  "route.reroute": ({ route }) => ofRoute(route),
  "route.attempt": ({ route }) => ofRoute(route),
  "route.failed": ({ route }) => ofRoute(route),
  "route.used": ({ route }) => ofRoute(route),
  "route.end": ({ route }) => ofRoute(route),
  "media.wanted": ({ media }) => ofMedia(media),
  "media.started": ({ media }) => ofMedia(media),
  "media.stopped": ({ media }) => ofMedia(media),
  "provider.state": ({ state, cause }) => [
    inService(state === "in-service"),
    plain(cause === undefined ? "" : `, ${cause}`),
  ],
  "session.notice": ({ notice, device, topic, reason, owner }) => {
    const facts = [device, topic, owner && `now of ${owner.client ?? owner.user}`, reason];
    return [plain([notice, ...facts.filter((fact) => fact !== undefined)].join(" "))];
  },
};

function rest(event: ProviderEvent, partyOf: PartyOf): readonly StyledText[] {
  const format = FORMATS[event.type] as Format<ProviderEvent["type"]> | undefined;
  if (format !== undefined) return format(event, partyOf);
  const { type, ...fields } = event;
  void type;
  return [plain(JSON.stringify(fields))];
}

function ofRoute({ callId, device, callingNumber, calledNumber, destination, ended, why }: RouteView): StyledText[] {
  const to = destination === undefined ? "" : ` to ${destination.to}`;
  const how = ended === undefined ? "" : `, ${ended}`;
  return [...ofCall(callId), plain(` ${device} ${callingNumber} -> ${calledNumber}${to}${how}`), ...because(why)];
}

function ofMedia({ callId, device, local, remote, codec }: MediaView): StyledText[] {
  const ends = [local, remote].map((end) => (end === undefined ? "-" : `${end.address}:${end.port}`));
  return [...ofCall(callId), plain(` ${device} ${ends.join(" <-> ")}${codec === undefined ? "" : ` ${codec}`}`)];
}

function plain(text: string): StyledText {
  return { text };
}

function ofCall(callId: string): readonly StyledText[] {
  return [{ text: callId, style: "dim" }];
}

/** `1001`, or `Ann <1001>`; `?` for who is not known any more. */
function nameOf(party: PartyView | undefined): string {
  if (party === undefined || (party.number === "" && party.name === undefined)) return "?";
  return party.name === undefined ? party.number : `${party.name} <${party.number}>`;
}

function nowText({
  currentCalling,
  currentCalled,
  lastRedirecting,
}: {
  readonly currentCalling?: PartyView;
  readonly currentCalled?: PartyView;
  readonly lastRedirecting?: PartyView;
}): string {
  const now = currentCalling ?? currentCalled;
  const parties = now === undefined ? "" : `, now ${nameOf(currentCalling)} -> ${nameOf(currentCalled)}`;
  return `${parties}${lastRedirecting === undefined ? "" : `, redirected by ${nameOf(lastRedirecting)}`}`;
}

function because(why: Why | undefined): readonly StyledText[] {
  if (why === undefined) return [];
  const { cause, feature, by, sip, detail } = why;
  const said = sip === undefined ? "" : `, SIP ${sip.status}`;
  return [
    { text: ` (${feature}${detail === undefined ? "" : ` ${detail}`}, by ${by}, cause ${cause}${said})`, style: "dim" },
  ];
}

const STATE_STYLES: Readonly<Record<string, TextStyle>> = {
  active: "green",
  established: "green",
  talking: "green",
  offered: "yellow",
  alerting: "yellow",
  ringing: "yellow",
  queued: "yellow",
  held: "cyan",
  bridged: "cyan",
  "in-use": "cyan",
  failed: "red",
  invalid: "red",
  disconnected: "red",
  dropped: "red",
};

function inState(state: string): StyledText {
  const style = STATE_STYLES[state];
  return style === undefined ? plain(state) : { text: state, style };
}

function inService(isInService: boolean): StyledText {
  return isInService ? { text: "in service", style: "green" } : { text: "out of service", style: "red" };
}

function styleOfType(type: string): TextStyle {
  const [kind] = type.split(".");
  if (kind === "call" || kind === "digits") return "bold";
  if (kind === "route" || kind === "media") return "blue";
  return kind === "session" || kind === "provider" ? "red" : "magenta";
}
