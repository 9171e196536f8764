import { EXIT } from "../exit-codes.ts";
import type { RestContext } from "./rest-context.ts";
import { stringify } from "yaml";
import { print } from "./rest-context.ts";

/** `tandem dial-plan explain FROM DIGITS` */
export async function explainDialing(from: string, digits: string, rest: RestContext): Promise<number> {
  const explanation = await rest.client.rest.request("GET", "/dial-plan/explain", { query: { from, digits } });
  print(rest, explanation, stringify(explanation).trimEnd());
  return EXIT.ok;
}
