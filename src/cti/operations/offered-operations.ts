import type {
  CallView,
  ConnectionState,
  ConnectionView,
  DeviceView,
  TerminalConnectionState,
} from "../../signals/index.ts";

/** A device in a call, and what else bears on what can be done with it there. */
export interface DeviceInView {
  readonly device: DeviceView;
  readonly connection: ConnectionView;
  /** Absent: the call is only offered. */
  readonly terminal?: TerminalConnectionState;
  /** Whether the device talks in another call, or holds one; asked for only where it matters. */
  readonly hasOther: () => boolean;
  /** Parties that are established, or held. */
  readonly parties: number;
}

/** The devices of a call that one may control. */
export function devicesInView(
  view: CallView,
  controlled: (device: string) => DeviceView | undefined,
  devicesOf: (line: string) => readonly string[],
  hasOther: (device: string) => boolean,
): DeviceInView[] {
  const parties = view.connections.filter(({ state }) => state === "established").length;
  return view.connections.flatMap((connection) => {
    const { party, terminals } = connection;
    const there =
      terminals.length > 0 || party.line === undefined
        ? terminals
        : devicesOf(party.line).map((device) => ({ device, state: undefined }));
    return there.flatMap(({ device: name, state }): DeviceInView[] => {
      const device = controlled(name);
      if (device === undefined) return [];
      const inCall = state === undefined ? {} : { terminal: state };
      return [{ device, connection, ...inCall, hasOther: () => hasOther(name), parties }];
    });
  });
}

/** Methods that call control would take now of a device in a call, as far as its state tells. */
export function operationsInCall(there: DeviceInView): readonly string[] {
  const { connection, terminal } = there;
  if (connection.state === "disconnected" || terminal === "dropped") return [];
  return [...byConnection[connection.state](there), "call.setUserData"];
}

type Offered = (there: DeviceInView) => readonly string[];

const nothing: Offered = () => [];
const away: readonly string[] = ["call.redirect", "call.drop"];
const outgoing: Offered = () => ["call.drop"];
const ringing: Offered = ({ device, terminal }) => {
  if (terminal !== "ringing") return [];
  return [...answers(device), "call.reject", ...away];
};

const byConnection: Readonly<Record<ConnectionState, Offered>> = {
  idle: nothing,
  offered: ({ device }) =>
    device.capabilities.offers ? ["call.accept", "call.reject", ...answers(device), ...away] : [],
  queued: ringing,
  alerting: ringing,
  initiated: outgoing,
  dialing: outgoing,
  "network-reached": nothing,
  "network-alerting": nothing,
  established: (there) => (there.terminal === undefined ? [] : byTerminal[there.terminal](there)),
  disconnected: nothing,
  failed: nothing,
  unknown: nothing,
};

const byTerminal: Readonly<Record<TerminalConnectionState, Offered>> = {
  idle: nothing,
  ringing: nothing,
  talking: ({ device, hasOther, parties }) => talking(device, hasOther, parties),
  held: ({ hasOther }) => ["call.retrieve", "call.transfer", ...away, ...withOther(hasOther())],
  bridged: () => ["call.barge"],
  "in-use": nothing,
  dropped: nothing,
  unknown: nothing,
};

/** Methods that call control would take now of a device by itself. */
export function operationsOfDevice(device: DeviceView): readonly string[] {
  const settings = device.kind === "phone" ? ["device.setDoNotDisturb", "device.setAutoAnswer"] : [];
  if (!device.isInService || device.kind === "route-point") return settings;
  const shared = device.kind === "phone" ? ["call.privacy"] : [];
  return ["call.connect", "call.pickup", "call.unpark", ...shared, ...settings];
}

function answers({ capabilities, kind, media }: DeviceView): readonly string[] {
  if (capabilities.answer === "none" || (kind !== "phone" && (media === undefined || media.mode === "none"))) return [];
  return ["call.answer"];
}

function talking(device: DeviceView, hasOther: () => boolean, parties: number): readonly string[] {
  const digits = device.capabilities.digits ? ["call.sendDigits"] : [];
  if (device.kind === "route-point") return ["call.redirect", "call.drop", ...digits];
  const isBusy = hasOther();
  const conference = parties > 2 ? ["call.dropParty", ...(isBusy ? ["call.addParty"] : [])] : [];
  return [
    "call.hold",
    "call.consult",
    "call.transfer",
    "call.park",
    ...away,
    ...digits,
    ...withOther(isBusy),
    ...conference,
  ];
}

function withOther(isBusy: boolean): readonly string[] {
  return isBusy ? ["call.swap", "call.completeTransfer", "call.conference"] : [];
}
