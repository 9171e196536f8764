import type { DialPlanExplanation } from "../../../signals/index.ts";
import { formatExplanation } from "../../view/dial-plan-text.ts";
import { EXIT } from "../exit-codes.ts";
import { print, type RestContext } from "./rest-context.ts";

/** `tandem dial-plan explain FROM DIGITS`: what a device or number would reach, and why. */
export async function explainDialing(from: string, digits: string, rest: RestContext): Promise<number> {
  const answer = await rest.client.rest.request("GET", "/dial-plan/explain", { query: { from, digits } });
  const explanation = answer as DialPlanExplanation;
  print(rest, explanation, rest.json ? "" : formatExplanation(explanation).join("\n"));
  return EXIT.ok;
}
