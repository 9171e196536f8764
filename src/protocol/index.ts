/** The CTI protocol: what applications and CTIManager send each other. */
export * from "./generated/types.ts";
