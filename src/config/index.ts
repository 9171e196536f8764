export { ConfigError, formatProblem, type ConfigProblem } from "./config-error.ts";
export { dataDirFault, loadConfig, parseConfig, type LoadedConfig } from "./load-config.ts";
export { Secret } from "./secret.ts";
export { type SipProfileConfig } from "./sip-profile.ts";
export { type TandemConfig, type TandemConfigInput } from "./tandem-config.ts";
export { configurationReference, withReference } from "./reference.ts";
export { type LogConfig } from "./log-config.ts";
export { isLoopbackAddress } from "./ipv4-block.ts";
export { nodePaths, type NodePaths } from "./node-paths.ts";
