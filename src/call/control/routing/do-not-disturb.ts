import type { DoNotDisturb, FeatureSettings, SipPhone } from "../../device/index.ts";

const STRICTNESS: readonly DoNotDisturb[] = ["off", "silent", "reject"];

/** How much a phone is not to be disturbed with calls of a line: what the line or the device says, whichever is stricter. */
export function doNotDisturbOf(
  settings: FeatureSettings | undefined,
  { name, line }: Pick<SipPhone, "name" | "line">,
): DoNotDisturb {
  const [ofLine, ofDevice] = [settings?.lineOf(line)?.doNotDisturb, settings?.deviceOf(name)?.doNotDisturb];
  const strictest = Math.max(STRICTNESS.indexOf(ofLine ?? "off"), STRICTNESS.indexOf(ofDevice ?? "off"));
  return STRICTNESS[strictest] ?? "off";
}
