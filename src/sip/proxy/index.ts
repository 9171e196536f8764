/** The proxy of the edge: forwards requests that applications hand to it (RFC 3261 16). */
export { ProxyCore, type ProxyCommand, type ProxyReply } from "./proxy-core.ts";
export { type ProxyResponse } from "./proxy-job.ts";
