import { API_PREFIX } from "../rest/server/rest-api.ts";
import type { View } from "../rest/server/openapi.ts";

const json = "application/json";

/** What shows the node below the API's address: open wherever the status page is. */
export const VIEWS: readonly View[] = [
  { path: "/status", operationId: "view-status", summary: "Services of the node", mediaType: json },
  { path: "/calls", operationId: "view-calls", summary: "Calls that go on", mediaType: json },
  { path: "/ended-calls", operationId: "view-ended-calls", summary: "Calls that ended last", mediaType: json },
  {
    path: "/calls/{callId}/ladder.svg",
    operationId: "view-ladder",
    summary: "The messages of a call as a picture",
    mediaType: "image/svg+xml",
  },
  { path: "/registrations", operationId: "view-registrations", summary: "Registered phones", mediaType: json },
];

/** The same as addresses of Fastify. */
export const VIEW_URLS = VIEWS.map(({ path }) => API_PREFIX + path.replace(/\{([A-Za-z]+)\}/g, ":$1"));
