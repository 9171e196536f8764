export { WireServer, type WireServerOptions } from "./wire-server.ts";
export { type WireConnectionLimits } from "./wire-connection.ts";
