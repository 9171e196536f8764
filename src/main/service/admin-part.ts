import { rmSync, writeFileSync } from "node:fs";
import { createNodeView } from "../../admin/control/node-view.ts";
import { keptServiceCaller } from "../../admin/control/service-caller.ts";
import { SERVICE_NAMES } from "../../admin/control/control-types.ts";
import { AdminServer } from "../../admin/http/admin-server.ts";
import { FirstPassword } from "../../admin/rest/access/first-password.ts";
import { AuditLog } from "../../admin/rest/audit/audit-log.ts";
import { createRestApi } from "../../admin/rest/create-rest-api.ts";
import type { MetricSample } from "../../common/index.ts";
import { DeclaredObjects } from "../configuration/declared-file.ts";
import { openConfiguration } from "../configuration/open-configuration.ts";
import { RotatingFile } from "../host/rotating-file.ts";
import { NodeSecretKeeper } from "../secrets/secret-keeper.ts";
import { AdminListener } from "./admin-listener.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";

const AUDIT_FILES = 8;
const AUDIT_FILE_BYTES = 4 * 1024 * 1024;

/** The admin service: the node over HTTP, to be seen and to be changed. */
export async function createAdminPart(context: ServiceContext): Promise<ServicePart> {
  const { node, paths, clock, logger } = context;
  const passwords = new NodeSecretKeeper(node.realm, paths.secretKey);
  const store = openConfiguration(paths, clock, passwords, node.profiles);
  const firstPassword = new FirstPassword(store, paths.firstPasswordFile);
  await firstPassword.prepare();
  const caller = keptServiceCaller(SERVICE_NAMES, paths, clock, logger);
  const audit = openAuditLog(context);
  const declared = new DeclaredObjects(paths.declaredFile);
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
    isDeclared: (kind, name) => declared.has(kind, name),
    onChanged: () => firstPassword.look(),
  });
  const listener = new AdminListener({
    address: node.http.address,
    isFirstPassword: () => firstPassword.isPending,
    logger,
    make: (address, onIdle) =>
      new AdminServer({
        ...node.http,
        address,
        node: node.name,
        version: node.version,
        view: createNodeView(caller),
        clock,
        logger,
        rest,
        onIdle,
      }),
  });
  return {
    start: () => listener.start(),
    close: async () => {
      await listener.close();
      caller.close();
      audit.file.close();
      store.close();
    },
    metrics: () => [
      counter("tandem_http_requests_total", "Requests to the admin listener", listener.counts.requests),
      counter(
        "tandem_http_requests_refused_total",
        "Requests refused for origin, method or token",
        listener.counts.refused,
      ),
      counter("tandem_audit_lines_dropped_total", "Lines of the audit log not written", audit.file.dropped),
      {
        name: "tandem_http_sessions",
        type: "gauge",
        help: "Sign-ins of the REST API that go on",
        value: rest.sessions,
      },
    ],
    status: () => listener.status,
  };
}

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
