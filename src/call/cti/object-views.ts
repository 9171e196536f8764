import { withMore } from "../../common/index.ts";
import { DEVICE_KINDS, type BodyOf, type ConfigurationMirror } from "../../database/index.ts";
import type {
  DeviceCapabilities,
  DeviceView,
  ForwardingView,
  ForwardTargets,
  LineMessages,
  LineView,
  MediaRegistration,
  MessageCount,
  OutOfServiceCause,
} from "../../signals/index.ts";
import type { Inventory } from "../device/index.ts";

/** What is known of devices and lines beside their configuration. */
export interface ObjectFacts {
  /** Something is registered under the address of record. */
  readonly isRegistered: (aor: string) => boolean;
  /** How the media of a CTI port or route point ends that an application has opened; undefined: none has. */
  readonly openedAs: (device: string) => MediaRegistration | undefined;
  readonly messagesOf: (line: string) => MessageCount;
}

type Endpoint = BodyOf<"phone" | "cti-port" | "route-point">;
type EndpointKind = DeviceView["kind"];

const KINDS: readonly EndpointKind[] = ["phone", "cti-port", "route-point"];

/** Devices and lines as applications are shown them, made when they are asked for. */
export class ObjectViews {
  readonly #configuration: Pick<ConfigurationMirror, "get" | "of">;
  readonly #inventory: Inventory;
  readonly #facts: ObjectFacts;

  constructor(configuration: Pick<ConfigurationMirror, "get" | "of">, inventory: Inventory, facts: ObjectFacts) {
    this.#configuration = configuration;
    this.#inventory = inventory;
    this.#facts = facts;
  }

  /** Names of all devices but trunks. */
  get deviceNames(): string[] {
    return KINDS.flatMap((kind) => [...this.#configuration.of(kind).keys()]);
  }

  get lineNames(): string[] {
    return [...this.#configuration.of("directory-number").keys()];
  }

  devices(): DeviceView[] {
    return this.deviceNames.flatMap((name) => this.device(name) ?? []);
  }

  lines(): LineView[] {
    return this.lineNames.flatMap((name) => this.line(name) ?? []);
  }

  /** Names of the devices that have a line. */
  devicesOf(line: string): readonly string[] {
    return [...new Set(this.#inventory.phonesByLine(line).map(({ name }) => name))];
  }

  /** Undefined: there is no such device. */
  device(name: string): DeviceView | undefined {
    const kind = DEVICE_KINDS.find((one) => this.#configuration.get(one, name) !== undefined);
    if (kind === undefined || kind === "trunk") return undefined;
    const body = this.#configuration.get(kind, name);
    return body === undefined ? undefined : this.#deviceView(kind, body);
  }

  /** Undefined: there is no such line. */
  line(name: string): LineView | undefined {
    const body = this.#configuration.get("directory-number", name);
    if (body === undefined) return undefined;
    const { number, displayName, locale } = body;
    const devices = this.devicesOf(name);
    const messages = this.#facts.messagesOf(name);
    return {
      name,
      number,
      ...(displayName === undefined ? {} : { displayName }),
      ...(locale === undefined ? {} : { locale }),
      devices,
      isRestricted: !body.allowControl || (devices.length > 0 && devices.every((one) => !this.#mayControl(one, name))),
      forwarding: forwardingView(body.forwarding),
      isMessageWaiting: messages.new > 0,
      ...(messages.new + messages.old === 0 ? {} : { messages: lineMessages(messages) }),
    };
  }

  #deviceView(kind: EndpointKind, body: Endpoint): DeviceView {
    const { name } = body;
    const lines = body.lines.map(({ directoryNumber }) => directoryNumber);
    const media = kind === "phone" ? undefined : this.#facts.openedAs(name);
    const cause = this.#causeOf(body, lines, media !== undefined);
    return {
      name,
      kind,
      lines,
      isInService: cause === undefined,
      ...(cause === undefined ? {} : { cause }),
      isRestricted: cause === "device-restricted" || cause === "line-restricted",
      capabilities: kind === "phone" ? this.#ofPhone(body) : capabilitiesOf(media),
      ...(media === undefined ? {} : { media }),
      doNotDisturb: "doNotDisturb" in body ? body.doNotDisturb : "off",
      ...("autoAnswer" in body && body.autoAnswer ? { autoAnswer: true } : {}),
    };
  }

  /** It answers when it is asked to, where its SIP profile or its user has it so. */
  #ofPhone(body: Endpoint): DeviceCapabilities {
    const takesRequests = this.#inventory.linesOf(body.name)[0]?.profile.remoteAnswer === "talk";
    const isAsked = takesRequests || ("autoAnswer" in body && body.autoAnswer);
    return { answer: isAsked ? "remote" : "none", offers: false, digits: true };
  }

  /** Undefined: it is in service. */
  #causeOf(body: Endpoint, lines: readonly string[], isOpened: boolean): OutOfServiceCause | undefined {
    const { name, allowControl } = body;
    if (!allowControl) return "device-restricted";
    if (lines.length > 0 && lines.every((line) => !this.#mayControl(name, line))) return "line-restricted";
    const own = this.#inventory.linesOf(name);
    if (isOpened || own.some(({ aor }) => this.#facts.isRegistered(aor))) return undefined;
    return own.some(({ homeElsewhere }) => homeElsewhere !== undefined) ? "no-call-node" : "device-unregistered";
  }

  #mayControl(device: string, line: string): boolean {
    const kind = KINDS.find((one) => this.#configuration.get(one, device) !== undefined);
    const body = kind === undefined ? undefined : this.#configuration.get(kind, device);
    const appearance = body?.lines.find(({ directoryNumber }) => directoryNumber === line);
    return (
      appearance?.allowControl === true && this.#configuration.get("directory-number", line)?.allowControl === true
    );
  }
}

/** A call is answered by who ends its media. */
function capabilitiesOf(media: MediaRegistration | undefined): DeviceCapabilities {
  const hasMedia = media !== undefined && media.mode !== "none";
  return { answer: hasMedia ? "application" : "none", offers: true, digits: hasMedia };
}

function forwardingView(forwarding: BodyOf<"directory-number">["forwarding"]): ForwardingView {
  const view: { -readonly [Kind in keyof ForwardingView]: ForwardingView[Kind] } = {};
  for (const kind of ["all", "busy", "noAnswer", "unregistered", "onFailure"] as const) {
    const targets = targetsOf(forwarding[kind]);
    if (targets !== undefined) view[kind] = targets;
  }
  return view;
}

function targetsOf(forward: BodyOf<"directory-number">["forwarding"]["all"]): ForwardTargets | undefined {
  const { internal, external } = forward ?? {};
  if (internal === undefined && external === undefined) return undefined;
  return withMore(internal === undefined ? {} : { internal }, {
    ...(external === undefined ? {} : { external }),
  });
}

function lineMessages({ new: newMessages, old: oldMessages, newUrgent, oldUrgent }: MessageCount): LineMessages {
  return { newMessages, oldMessages, newUrgent, oldUrgent };
}
