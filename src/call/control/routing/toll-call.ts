import type { Destination } from "../../digit-analysis/index.ts";
import { isInternational, type TollCall } from "../../toll/index.ts";

/** What a guard has to know of a call or message; undefined for what does not leave by a trunk. */
export function tollCallOf(destination: Destination): TollCall | undefined {
  if (destination.kind === "peer") {
    const { number, international = isInternational(number) } = destination;
    return { number, international };
  }
  if (destination.kind !== "route") return undefined;
  const { attempts, international, class: routeClass } = destination;
  return { number: attempts[0]?.number ?? "", international, class: routeClass };
}
