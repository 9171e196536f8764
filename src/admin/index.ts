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
export { VIEWS } from "./http/views.ts";
export { AuditLog, type LineFile } from "./rest/audit/audit-log.ts";
export { type AuditTrail } from "./rest/audit/audit-trail.ts";
export { type RestApi } from "./rest/server/rest-api.ts";
export { createRestApi, type CreateRestApiOptions } from "./rest/create-rest-api.ts";
export { FirstPassword } from "./rest/access/first-password.ts";
export { runCli } from "./cli/run-cli.ts";
export { type CliContext } from "./cli/node-options.ts";
export { EXIT } from "./cli/exit-codes.ts";
export {
  type CliInput,
  type CliOutput,
  type ConfigSummary,
  type DemoCommand,
  type HostCheck,
  type Launcher,
  type Progress,
  type StartCommand,
} from "./cli/launcher.ts";
