import type { ChannelServer, Ids, Logger, MetricSample, SystemClock } from "../../common/index.ts";
import type { NodePaths } from "../../config/index.ts";
import type { NodeFile } from "../node/node-file.ts";

/** Why a service stops: `restart`: another process takes its work over, so calls go on; `shutdown`: all ends. */
export type StopPurpose = "restart" | "shutdown";

/** What a service is made of. */
export interface ServiceContext {
  readonly node: NodeFile;
  readonly paths: NodePaths;
  readonly clock: SystemClock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** The service's control channel; parts add methods of their own before `start` resolves. */
  readonly channel: ChannelServer;
}

/** The work of one service, composed by `main`; the host gives it a process, a log and a control channel. */
export interface ServicePart {
  start(): Promise<void>;
  close(purpose: StopPurpose): Promise<void>;
  metrics(): readonly MetricSample[] | Promise<readonly MetricSample[]>;
  /** Facts for `tandem status`. */
  status(): Readonly<Record<string, unknown>>;
}

/** Makes the part of a service. */
export type CreatePart = (context: ServiceContext) => ServicePart | Promise<ServicePart>;
