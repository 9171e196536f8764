import { withMore } from "../../../common/index.ts";
import { findServiceParameter, type BodyOf } from "../../../database/index.ts";
import { transformNumber } from "../../trunk/transform-number.ts";
import { behindServiceCodes } from "./service-codes.ts";
import { changeByGroup, changeCalling, type OnChange } from "./change-number.ts";
import type { DialedRoute, DialQuery, PlanSettingsSource, TrunkAttempt } from "./dial-plan.ts";

type RoutePattern = BodyOf<"route-pattern">;
type RouteGroup = BodyOf<"route-group">;

/** Both numbers, as the pattern has changed them. */
export interface Numbers {
  readonly number: string;
  readonly callingNumber: string | undefined;
}

/** Tells of a change by a route group. */
export type OnGroupChange = (party: "called" | "calling", of: string, ...change: Parameters<OnChange>) => void;

/** No country code begins with 0. */
const E164 = /^[1-9]\d{2,14}$/;

/** Trunks that are tried for a call. */
const MAX_ATTEMPTS = 100;

/** From route patterns to trunks, by route lists and groups, and trunks by their prefixes. */
export class Routes {
  readonly #lists: ReadonlyMap<string, BodyOf<"route-list">>;
  readonly #groups: ReadonlyMap<string, RouteGroup>;
  readonly #trunks: ReadonlyMap<string, BodyOf<"trunk">>;
  readonly #prefixes = new Map<string, string>();
  readonly #longestPrefix: number = 0;
  /** What longer prefixes begin with. */
  readonly #beginnings = new Set<string>();
  readonly #internationalPrefixes: readonly string[];
  readonly #countryCode: string;

  constructor(source: PlanSettingsSource) {
    this.#lists = new Map(source.routeLists.map((list) => [list.name, list]));
    this.#groups = new Map(source.routeGroups.map((group) => [group.name, group]));
    this.#trunks = new Map(source.trunks.map((trunk) => [trunk.name, trunk]));
    for (const { name, prefixes } of source.trunks) {
      for (const prefix of prefixes) if (!this.#prefixes.has(prefix)) this.#prefixes.set(prefix, name);
    }
    for (const prefix of this.#prefixes.keys()) {
      this.#longestPrefix = Math.max(this.#longestPrefix, prefix.length);
      for (let length = 1; length < prefix.length; length += 1) this.#beginnings.add(prefix.slice(0, length));
    }
    const prefixes = parameterOf(source, "InternationalPrefixes").split(" ");
    this.#internationalPrefixes = prefixes.filter((prefix) => prefix !== "");
    this.#countryCode = parameterOf(source, "CountryCode");
  }

  routeOf(
    name: string,
    pattern: RoutePattern,
    numbers: Numbers,
    nextOf: DialQuery["nextOf"],
    onChange?: OnGroupChange,
  ): DialedRoute {
    const { trunk, routeList, class: routeClass } = pattern;
    const attempts = (
      trunk === undefined ? this.#attemptsOf(routeList, numbers, nextOf, onChange) : [attemptOf(trunk, numbers)]
    ).slice(0, MAX_ATTEMPTS);
    const international =
      routeClass === "international" || attempts.some((attempt) => this.leavesAbroad(attempt.trunk, attempt.number));
    return { kind: "route", pattern: name, class: routeClass, international, attempts };
  }

  /** Trunks with a prefix of the number, and which one that is, the longest first. */
  prefixesOf(number: string): { readonly prefix: string; readonly trunk: string }[] {
    const found: { prefix: string; trunk: string }[] = [];
    for (let length = Math.min(this.#longestPrefix, number.length); length >= 0; length -= 1) {
      const prefix = number.slice(0, length);
      const trunk = this.#prefixes.get(prefix);
      if (trunk !== undefined) found.push({ prefix, trunk });
    }
    return found;
  }

  /** There are longer prefixes that begin so. */
  beginsPrefix(number: string): boolean {
    return this.#beginnings.has(number);
  }

  #attemptsOf(
    routeList: string | undefined,
    numbers: Numbers,
    nextOf: DialQuery["nextOf"],
    onChange: OnGroupChange | undefined,
  ): TrunkAttempt[] {
    const list = routeList === undefined ? undefined : this.#lists.get(routeList);
    return (list?.groups ?? []).flatMap(({ routeGroup, called, calling }) => {
      const group = this.#groups.get(routeGroup);
      if (group === undefined) return [];
      const of = `route group ${routeGroup}`;
      const { callingNumber } = numbers;
      const number =
        called === undefined
          ? numbers.number
          : changeByGroup(numbers.number, called, onChange && ((...change) => onChange("called", of, ...change)));
      const shown =
        calling === undefined || callingNumber === undefined
          ? callingNumber
          : changeCalling(callingNumber, calling, onChange && ((...change) => onChange("calling", of, ...change)));
      return trunksOf(group, nextOf).map((trunk) =>
        withMore(attemptOf(trunk, { number, callingNumber: shown }), {
          way: { routeList: list?.name ?? "", routeGroup },
        }),
      );
    });
  }

  /** With the number as it is, or as the trunk makes it: whichever of the two a toll guard would stop. */
  leavesAbroad(trunk: string, number: string): boolean {
    const sent = transformNumber(number, this.#trunks.get(trunk)?.outbound);
    return [number, sent].some((one) => behindServiceCodes(one).some((text) => this.#isInternational(text)));
  }

  /** Undefined: it is not written as international numbers are. */
  e164Of(number: string): string | undefined {
    const prefix = ["+", ...this.#internationalPrefixes].find((one) => number.startsWith(one));
    const digits = prefix === undefined ? "" : number.slice(prefix.length);
    return E164.test(digits) ? `+${digits}` : undefined;
  }

  #isInternational(number: string): boolean {
    if (number.startsWith("+")) return this.#countryCode === "" || !number.startsWith(`+${this.#countryCode}`);
    return this.#internationalPrefixes.some((prefix) => number.startsWith(prefix));
  }
}

/** A circular group begins with the trunk behind the one that the call before began with. */
function trunksOf({ name, trunks, distribution }: RouteGroup, nextOf: DialQuery["nextOf"]): readonly string[] {
  if (distribution === "top-down" || nextOf === undefined || trunks.length === 0) return trunks;
  const first = nextOf(name) % trunks.length;
  return [...trunks.slice(first), ...trunks.slice(0, first)];
}

function attemptOf(trunk: string, { number, callingNumber }: Numbers): TrunkAttempt {
  return { trunk, number, ...(callingNumber === undefined ? {} : { callingNumber }) };
}

function parameterOf({ serviceParameters }: PlanSettingsSource, name: string): string {
  const set = serviceParameters.find((parameter) => parameter.name === name);
  return String(set?.value ?? findServiceParameter(name)?.default ?? "");
}
