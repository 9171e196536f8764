import type { MetricSample } from "../../common/index.ts";
import { SERVICE_NAMES, type ServiceStatus } from "./control-types.ts";
import { readLadder } from "../trace/read-trace.ts";
import type { Ladder } from "../trace/ladder.ts";
import type { ServiceCaller } from "./service-caller.ts";

/** A service as it answers now; `down`: nobody answers; `external`: it is not ours, and call control is connected to it. */
export interface ServiceView {
  readonly name: string;
  readonly state: ServiceStatus["state"] | "down" | "external";
  readonly pid?: number;
  readonly startedAtMs?: number;
  readonly version?: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** True for a service that does its work. */
export function isWorking({ state }: { readonly state: string }): boolean {
  return state === "ready" || state === "external";
}

/** A row of a list that another service makes; what it holds is that service's business. */
export type Row = Readonly<Record<string, unknown>>;

/** What can be seen of a running node. */
export interface NodeView {
  services(): Promise<readonly ServiceView[]>;
  metrics(): Promise<readonly MetricSample[]>;
  /** @throws {ChannelError} when call control does not answer */
  calls(): Promise<readonly Row[]>;
  /** @throws {ChannelError} when call control does not answer */
  registrations(): Promise<readonly Row[]>;
  /** Calls that ended last, newest first. @throws {ChannelError} when call control does not answer */
  endedCalls(): Promise<readonly Row[]>;
  /** Trunks as they are now, by name. @throws {ChannelError} when call control does not answer */
  trunks(): Promise<readonly Row[]>;
  /** Calls that guards have refused, newest first. @throws {ChannelError} when call control does not answer */
  tollAlarms(): Promise<readonly Row[]>;
  /** @throws {ChannelError} `unknown-call`; `not-connected`, `timed-out` when a service does not answer */
  ladder(callId: string): Promise<Ladder>;
}

/** Sees a node through the control channels of its services. */
export function createNodeView(caller: ServiceCaller): NodeView {
  const rows = async (method: string): Promise<readonly Row[]> => {
    const answer = await caller.call("callmanager", method);
    return Array.isArray(answer) ? (answer as Row[]) : [];
  };
  return {
    services: async () => withExternalEdge(await Promise.all(SERVICE_NAMES.map((name) => viewService(caller, name)))),
    metrics: async () => {
      const samples = await Promise.all(SERVICE_NAMES.map((name) => metricsOf(caller, name)));
      const isSilent = (index: number): boolean => samples[index]?.[0]?.value === 0;
      const edge = SERVICE_NAMES.indexOf("edge");
      if (!isSilent(edge)) return samples.flat();
      const callManager = await viewService(caller, "callmanager");
      return samples.filter((_, index) => index !== edge || !("drachtio" in callManager.details)).flat();
    },
    calls: () => rows("calls"),
    registrations: () => rows("registrations"),
    endedCalls: () => rows("ended-calls"),
    trunks: () => rows("trunks"),
    tollAlarms: () => rows("toll-alarms"),
    ladder: (callId) => readLadder(caller, callId),
  };
}

/** With a drachtio server in its place there is no edge to answer; call control says so. */
function withExternalEdge(services: readonly ServiceView[]): ServiceView[] {
  const { drachtio, connectedToEdge } = services.find(({ name }) => name === "callmanager")?.details ?? {};
  return services.map((service) => {
    if (service.name !== "edge" || typeof drachtio !== "string") return service;
    return { name: "edge", state: connectedToEdge === true ? "external" : "down", details: { drachtio } };
  });
}

async function viewService(caller: ServiceCaller, name: string): Promise<ServiceView> {
  try {
    const { state, pid, startedAtMs, version, details } = (await caller.call(name, "status")) as ServiceStatus;
    return { name, state, pid, startedAtMs, version, details };
  } catch {
    return { name, state: "down", details: {} };
  }
}

async function metricsOf(caller: ServiceCaller, service: string): Promise<readonly MetricSample[]> {
  const up = (value: number): MetricSample => {
    return { name: "tandem_service_up", type: "gauge", help: "1 when the service answers", labels: { service }, value };
  };
  try {
    return [up(1), ...((await caller.call(service, "metrics")) as readonly MetricSample[])];
  } catch {
    return [up(0)];
  }
}
