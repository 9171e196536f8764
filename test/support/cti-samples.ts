import type { CallView, DeviceView, LineView, RouteView } from "../../src/protocol/index.ts";

/** A phone with a line, as CTI shows them. */
export function phoneView(number: string, more: Partial<DeviceView> = {}): DeviceView {
  return {
    name: `phone-${number}`,
    kind: "phone",
    lines: [`${number}@internal`],
    isInService: true,
    isRestricted: false,
    capabilities: { answer: "remote", offers: false, digits: true },
    doNotDisturb: "off",
    ...more,
  };
}

/** A CTI port or route point. */
export function virtualView(kind: "cti-port" | "route-point", name: string, number: string): DeviceView {
  return phoneView(number, { name, kind, capabilities: { answer: "application", offers: true, digits: true } });
}

export function lineView(number: string, devices: readonly string[] = [`phone-${number}`]): LineView {
  return {
    name: `${number}@internal`,
    number,
    devices,
    isRestricted: false,
    forwarding: {},
    isMessageWaiting: false,
  };
}

/** A call from one number to another that is offered there, or rings. */
export function offeredCall(callId: string, from: string, to: string, more: Partial<CallView> = {}): CallView {
  const [calling, called] = [
    { number: from, line: `${from}@internal` },
    { number: to, line: `${to}@internal` },
  ];
  return {
    callId,
    ver: 1,
    state: "active",
    calling,
    called,
    mergedFrom: [],
    sinceMs: 1,
    connections: [
      {
        connectionId: `${callId}/1`,
        party: calling,
        state: "established",
        terminals: [{ device: `phone-${from}`, state: "talking" }],
      },
      { connectionId: `${callId}/2`, party: called, state: "offered", terminals: [] },
    ],
    ...more,
  };
}

/** A dialogue that waits for an application: a call of 1001 at route point `desk`. */
export const ROUTE: RouteView = {
  routeId: "r1",
  ver: 1,
  callId: "c1",
  device: "desk",
  line: "5000@internal",
  callingNumber: "1001",
  calledNumber: "5000",
  state: "routing",
};
