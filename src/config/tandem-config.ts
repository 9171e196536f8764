import { z } from "zod";
import { callConfig } from "./call-config.ts";
import { ctiConfig } from "./cti-config.ts";
import { edgeConfig } from "./edge-config.ts";
import { httpConfig } from "./http-config.ts";
import { logConfig } from "./log-config.ts";
import { mediaConfig } from "./media-config.ts";
import { nodeConfig } from "./node-config.ts";
import { peerConfig } from "./peer-config.ts";
import { phoneConfig } from "./phone-config.ts";
import { securityConfig } from "./security-config.ts";
import { sipConfig } from "./sip-config.ts";
import { traceConfig } from "./trace-config.ts";

/** The node's configuration file. */
export const tandemConfig = z.strictObject({
  node: nodeConfig.prefault({}).describe("The node as a set of processes."),
  sip: sipConfig.prefault({}).describe("The SIP edge."),
  edge: edgeConfig.prefault({}).describe("Which SIP edge call control uses."),
  http: httpConfig.prefault({}).describe("Status page, health, metrics and REST views."),
  media: mediaConfig.prefault({}).describe("The RTP relay."),
  call: callConfig.prefault({}).describe("Call control."),
  cti: ctiConfig.prefault({}).describe("CTIManager: what applications connect to."),
  log: logConfig.prefault({}).describe("Logs of the services: JSON lines in `<data-dir>/log/<service>.log`."),
  security: securityConfig.prefault({}).describe("What is taken from whom."),
  trace: traceConfig.prefault({}).describe("SIP messages that are kept to be looked at."),
  sipProfilesDir: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Folder with SIP profiles of your own, beside those that come with Tandem. A relative path starts at the folder of the configuration file.",
    ),
  phones: z.array(phoneConfig).max(100_000).default([]).describe("Phones that register with digest."),
  peers: z.array(peerConfig).max(1_000).default([]).describe("Trunks, gateways and PBXs known by their address."),
});
/** The checked contents of a configuration file, defaults filled in. */
export type TandemConfig = z.infer<typeof tandemConfig>;
/** The contents of a configuration file before it is checked. */
export type TandemConfigInput = z.input<typeof tandemConfig>;
