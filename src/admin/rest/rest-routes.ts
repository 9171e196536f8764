import { KINDS } from "../../database/index.ts";
import type { RestContext } from "./rest-context.ts";
import { auditRoutes } from "./routes/audit-routes.ts";
import { callRecordRoutes } from "./routes/call-record-routes.ts";
import { changeRoutes } from "./routes/change-routes.ts";
import { collectionRoutes } from "./routes/collection-routes.ts";
import { configurationRoutes } from "./routes/configuration-routes.ts";
import { definitionRoutes } from "./routes/definition-routes.ts";
import { lampRoutes } from "./routes/lamp-routes.ts";
import { liveRoutes } from "./routes/live-routes.ts";
import { ownRoutes } from "./routes/own-routes.ts";
import { sessionRoutes } from "./routes/session-routes.ts";
import type { RestRoute } from "./server/route.ts";

/** Every route of the API. */
export function restRoutes(context: RestContext): RestRoute[] {
  return [
    ...KINDS.flatMap((kind) => collectionRoutes(context, kind)),
    ...changeRoutes(context),
    ...configurationRoutes(context),
    ...definitionRoutes(context),
    ...liveRoutes(context),
    ...lampRoutes(context),
    ...callRecordRoutes(context),
    ...ownRoutes(context),
    ...sessionRoutes(context),
    ...auditRoutes(context),
  ];
}
