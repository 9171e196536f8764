import type { DeviceView } from "../../protocol/index.ts";

/** What devices that are all out of service for it say of call control; changes are told. */
export function callControlOf(devices: readonly DeviceView[]): "in-service" | "out-of-service" {
  const isOut = devices.some(({ cause }) => cause === "call-node-failure");
  return isOut && !devices.some(({ isInService }) => isInService) ? "out-of-service" : "in-service";
}
