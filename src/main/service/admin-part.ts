import { rmSync, writeFileSync } from "node:fs";
import { createNodeView } from "../../admin/control/node-view.ts";
import { keptServiceCaller } from "../../admin/control/service-caller.ts";
import { SERVICE_NAMES } from "../../admin/control/control-types.ts";
import { AdminServer } from "../../admin/http/admin-server.ts";
import { FirstPassword } from "../../admin/rest/access/first-password.ts";
import { AuditLog } from "../../admin/rest/audit/audit-log.ts";
import { createRestApi } from "../../admin/rest/create-rest-api.ts";
import type { MetricSample } from "../../common/index.ts";
import { isLoopbackAddress } from "../../config/index.ts";
import { openConfiguration } from "../configuration/open-configuration.ts";
import { RotatingFile } from "../host/rotating-file.ts";
import { NodeSecretKeeper } from "../secrets/secret-keeper.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";

const AUDIT_FILES = 8;
const AUDIT_FILE_BYTES = 4 * 1024 * 1024;
const LOOPBACK = "127.0.0.1";

/** The admin service: the node over HTTP, to be seen and to be changed. */
export async function createAdminPart(context: ServiceContext): Promise<ServicePart> {
  const { node, paths, clock, logger } = context;
  const passwords = new NodeSecretKeeper(node.realm, paths.secretKey);
  const store = openConfiguration(paths, clock, passwords, node.profiles);
  const firstPassword = new FirstPassword(store, paths.firstPasswordFile);
  await firstPassword.prepare();
  const caller = keptServiceCaller(SERVICE_NAMES, paths, clock, logger);
  const audit = openAuditLog(context);
  const rest = createRestApi({
    store,
    caller,
    audit: audit.trail,
    passwords,
    clock,
    logger,
    node: node.name,
    adminToken: makeAdminToken(context),
    ...(node.http.token === undefined ? {} : { httpToken: node.http.token }),
    onChanged: () => firstPassword.look(),
  });
  const isHeldBack = firstPassword.isPending && !isLoopbackAddress(node.http.address);
  const address = isHeldBack ? LOOPBACK : node.http.address;
  const server = new AdminServer({
    ...node.http,
    address,
    node: node.name,
    version: node.version,
    view: createNodeView(caller),
    clock,
    logger,
    rest,
  });
  if (isHeldBack) logger.warn(HELD_BACK, { wanted: node.http.address, listening: address });
  return {
    start: () => server.start(),
    close: async () => {
      await server.close();
      caller.close();
      audit.file.close();
      store.close();
    },
    metrics: () => [
      counter("tandem_http_requests_total", "Requests to the admin listener", server.counts.requests),
      counter(
        "tandem_http_requests_refused_total",
        "Requests refused for origin, method or token",
        server.counts.refused,
      ),
      counter("tandem_audit_lines_dropped_total", "Lines of the audit log not written", audit.file.dropped),
      {
        name: "tandem_http_sessions",
        type: "gauge",
        help: "Sign-ins of the REST API that go on",
        value: rest.sessions,
      },
    ],
    status: () => ({
      http: `${address}:${server.port}`,
      ...(isHeldBack ? { warning: HELD_BACK } : {}),
    }),
  };
}

const HELD_BACK =
  "HTTP listens on loopback alone until the first password of user admin is changed and the service restarted";

function openAuditLog({ paths, clock }: ServiceContext): { readonly trail: AuditLog; readonly file: RotatingFile } {
  const path = paths.auditLog;
  const file = new RotatingFile({ path, maxBytes: AUDIT_FILE_BYTES, maxFiles: AUDIT_FILES });
  return { file, trail: new AuditLog({ path, maxFiles: AUDIT_FILES, file, clock }) };
}

/** Another token at each start, for whoever may read the files of the node. */
function makeAdminToken({ paths, ids }: ServiceContext): string {
  const token = ids.token(32);
  rmSync(paths.adminTokenFile, { force: true });
  writeFileSync(paths.adminTokenFile, `${token}\n`, { mode: 0o600, flag: "wx" });
  return token;
}

function counter(name: string, help: string, value: number): MetricSample {
  return { name, type: "counter", help, value };
}
