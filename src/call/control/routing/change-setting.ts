import type { FeatureStore, FeatureStoreErrorCode, FeatureStoreResult, SipPhone } from "../../device/index.ts";
import { rejection, type Rejection } from "../rejection.ts";
import type { DialedSetting } from "./routed-call.ts";

/** What a phone's INVITE is answered with whose setting is not changed. */
const STATUS_OF: Readonly<Record<FeatureStoreErrorCode, number>> = {
  "unknown-device": 404,
  "unknown-line": 404,
  "bad-destination": 404,
  "no-member": 403,
  "too-often": 503,
  overtaken: 503,
  "store-failed": 500,
};

/** Changes what a phone has dialed the code of. Never rejects. @returns why not; undefined: it is so now */
export async function changeSetting(
  store: FeatureStore,
  { name, line }: Pick<SipPhone, "name" | "line">,
  setting: DialedSetting,
  argument: string,
): Promise<Rejection | undefined> {
  const result = await change(store, name, line, setting, argument);
  if (result.kind !== "refused") return undefined;
  const status = STATUS_OF[result.code];
  return rejection(status, result.code, status === 503 ? [["Retry-After", "60"]] : []);
}

function change(
  store: FeatureStore,
  device: string,
  line: string,
  setting: DialedSetting,
  argument: string,
): Promise<FeatureStoreResult> {
  switch (setting) {
    case "do-not-disturb-on":
      return store.setDoNotDisturb(device, "reject");
    case "do-not-disturb-off":
      return store.setDoNotDisturb(device, "off");
    case "forward-all-on":
      return store.setForwardAll(line, argument, device);
    case "forward-all-off":
      return store.setForwardAll(line, undefined, device);
    case "hunt-log-in":
      return store.setHuntLogin(line, true, device);
    case "hunt-log-out":
      return store.setHuntLogin(line, false, device);
    case "privacy-on":
      return store.setPrivacy(device, true);
    case "privacy-off":
      return store.setPrivacy(device, false);
  }
}
