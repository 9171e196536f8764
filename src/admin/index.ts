export {
  isServiceName,
  SERVICE_NAMES,
  type ServiceHello,
  type ServiceName,
  type ServiceStatus,
  type SupervisedService,
  type SupervisorHello,
} from "./control/control-types.ts";
export { keptServiceCaller, singleServiceCaller, type ServiceCaller } from "./control/service-caller.ts";
export { createNodeView, type NodeView, type Row, type ServiceView } from "./control/node-view.ts";
export { AdminServer, type AdminServerOptions, type HttpTimeouts } from "./http/admin-server.ts";
export { AuditLog, type LineFile } from "./rest/audit/audit-log.ts";
export { type AuditTrail } from "./rest/audit/audit-trail.ts";
export { createRestApi, type CreateRestApiOptions } from "./rest/create-rest-api.ts";
export { FirstPassword } from "./rest/access/first-password.ts";
export { runCli, type CliContext } from "./cli/run-cli.ts";
export { EXIT } from "./cli/exit-codes.ts";
export {
  type CliOutput,
  type ConfigSummary,
  type DemoCommand,
  type HostCheck,
  type Launcher,
  type StartCommand,
} from "./cli/launcher.ts";
