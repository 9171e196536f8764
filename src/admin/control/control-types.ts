/** The services of a node, in the order in which they are shown. */
export const SERVICE_NAMES = ["edge", "callmanager", "media", "ctimanager", "admin"] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

export function isServiceName(text: string): text is ServiceName {
  return (SERVICE_NAMES as readonly string[]).includes(text);
}

/** What a service says of itself on its control channel (`hello`). */
export interface ServiceHello {
  readonly service: string;
  readonly pid: number;
  readonly startedAtMs: number;
  readonly version: string;
  /** Digest of the configuration it started from. */
  readonly configId: string;
  readonly state: "starting" | "ready" | "draining";
}

/** `status` of a service: its hello and facts of its own. */
export interface ServiceStatus extends ServiceHello {
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the supervisor knows of a service. `waiting`: it died and is started again after a delay. */
export interface SupervisedService {
  readonly name: string;
  readonly state: "stopped" | "starting" | "ready" | "waiting" | "stopping";
  /** Absent while no process runs. */
  readonly pid?: number;
  readonly startedAtMs?: number;
  /** Starts after the first. */
  readonly restarts: number;
  /** True when the running process was started by an earlier supervisor. */
  readonly adopted: boolean;
  /** How the last process ended. */
  readonly lastExit?: string;
}

/** What the supervisor says of itself (`hello`). */
export interface SupervisorHello {
  readonly service: "supervisor";
  readonly pid: number;
  readonly startedAtMs: number;
  readonly version: string;
  readonly state: "starting" | "ready" | "draining";
  readonly node: string;
  /** For people: where SIP and HTTP are received. */
  readonly addresses: readonly string[];
}
