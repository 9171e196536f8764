import type { DialPlanExplanation } from "../../../signals/index.ts";
import type { DialedLine, DialResult, DialTarget, TrunkAttempt } from "./dial-plan.ts";
import type { Routes } from "./routes.ts";

type ResultExplanation = DialPlanExplanation["result"];
type Facts = Omit<ResultExplanation, "number" | "callingNumber" | "more">;
type NoTarget = Extract<DialTarget, { kind: "none" }>;

const NOWHERE: Readonly<Record<NoTarget["reason"], (pattern: string) => string>> = {
  "unknown-number": () => "Nothing that may be dialed has this number.",
  blocked: (pattern) => `${pattern} refuses the call.`,
  "translation-loop": (pattern) => `${pattern} leads back to a number that has been looked up already.`,
  "too-many-hops": () => "It is translated more often than ForwardMaximumHopCount allows.",
};

/** The result of an analysis, for people. */
export function resultOf(result: DialResult, routes: Routes): ResultExplanation {
  const { number, callingNumber, more } = result;
  return { ...factsOf(result, routes), number, ...(callingNumber === undefined ? {} : { callingNumber }), more };
}

function factsOf({ target, number, callingNumber }: DialResult, routes: Routes): Facts {
  switch (target.kind) {
    case "line":
      return lineFacts(target);
    case "route": {
      const { pattern, attempts, international } = target;
      const names = attempts.map(({ trunk }) => trunk).join(", ");
      const text = attempts.length === 0 ? `${pattern} leads to no trunk.` : `${pattern} leads to ${names}.`;
      const shown = attempts.map(({ trunk, number, callingNumber }) => attemptOf(trunk, number, callingNumber));
      return { kind: "route", text, class: target.class, international, attempts: shown };
    }
    case "prefix": {
      const [trunk = ""] = target.trunks;
      return {
        kind: "trunk",
        text: `Its prefix leads to ${trunk}.`,
        international: routes.leavesAbroad(trunk, number),
        attempts: [attemptOf(trunk, number, callingNumber)],
      };
    }
    case "service":
      return { kind: "service", text: "It is a service of the switch." };
    case "hunt-pilot":
      return { kind: "hunt-pilot", text: `${target.pattern} is a hunt pilot.` };
    case "park-range":
      return { kind: "park-range", text: `${target.pattern} is a range of numbers to park calls on.` };
    case "pickup-group":
      return { kind: "pickup-group", text: `It picks up a call of the group ${target.group}.` };
    case "none": {
      const { reason, pattern = "" } = target;
      return { kind: reason === "blocked" ? "blocked" : "nowhere", text: NOWHERE[reason](pattern), reason };
    }
  }
}

function attemptOf(trunk: string, number: string, callingNumber: string | undefined): TrunkAttempt {
  return { trunk, number, ...(callingNumber === undefined ? {} : { callingNumber }) };
}

function lineFacts({ line, phones, ctiPorts, routePoints }: DialedLine): Facts {
  const devices = [...phones, ...ctiPorts, ...routePoints];
  const text =
    devices.length === 0 ? `${line} is a line that no device has.` : `${line} is a line of ${devices.join(", ")}.`;
  return { kind: "line", text, devices };
}
