import { createNodeView } from "../../admin/control/node-view.ts";
import { keptServiceCaller } from "../../admin/control/service-caller.ts";
import { SERVICE_NAMES } from "../../admin/control/control-types.ts";
import { AdminServer } from "../../admin/http/admin-server.ts";
import type { MetricSample } from "../../common/index.ts";
import type { ServiceContext, ServicePart } from "./service-part.ts";

/** The admin service: what can be seen of the node over HTTP. */
export function createAdminPart({ node, paths, clock, logger }: ServiceContext): ServicePart {
  const caller = keptServiceCaller(SERVICE_NAMES, paths, clock, logger);
  const server = new AdminServer({
    ...node.http,
    node: node.name,
    version: node.version,
    view: createNodeView(caller),
    clock,
    logger,
  });
  return {
    start: () => server.start(),
    close: async () => {
      await server.close();
      caller.close();
    },
    metrics: () => [
      counter("tandem_http_requests_total", "Requests to the admin listener", server.counts.requests),
      counter(
        "tandem_http_requests_refused_total",
        "Requests refused for origin, method or token",
        server.counts.refused,
      ),
    ],
    status: () => ({ http: `${node.http.address}:${server.port}` }),
  };
}

function counter(name: string, help: string, value: number): MetricSample {
  return { name, type: "counter", help, value };
}
