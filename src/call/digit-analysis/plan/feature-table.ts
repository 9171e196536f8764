import {
  FEATURE_CODES,
  FEATURE_NAMES,
  findServiceParameter,
  type BodyOf,
  type FeatureName,
} from "../../../database/index.ts";

/** A feature whose code was dialed. */
export interface FeatureMatch {
  readonly feature: FeatureName;
  /** What was dialed behind the code; empty: nothing. */
  readonly argument: string;
  /** The feature needs more than was dialed. */
  readonly isIncomplete: boolean;
}

/** The features of phones by what is dialed for them. */
export class FeatureTable {
  readonly #features = new Map<string, FeatureName>();
  readonly #longest: number;

  constructor(parameters: readonly BodyOf<"service-parameter">[]) {
    const values = new Map(parameters.map(({ name, value }) => [name, value]));
    for (const feature of FEATURE_NAMES) {
      const parameter = findServiceParameter(FEATURE_CODES[feature].parameter);
      // What an earlier version has taken and this one would refuse does not count.
      const code = parameter?.schema.safeParse(values.get(parameter.name)).data ?? parameter?.default;
      if (typeof code === "string" && code !== "" && !this.#features.has(code)) this.#features.set(code, feature);
    }
    this.#longest = Math.max(0, ...[...this.#features.keys()].map(({ length }) => length));
  }

  /** By a code alone, or by one with what it takes behind it. */
  find(digits: string): FeatureMatch | undefined {
    for (let length = Math.min(digits.length, this.#longest); length > 0; length -= 1) {
      const feature = this.#features.get(digits.slice(0, length));
      const argument = digits.slice(length);
      if (feature === undefined) continue;
      const takes = FEATURE_CODES[feature].argument;
      if (takes !== "none" || argument === "") {
        return { feature, argument, isIncomplete: takes === "required" && argument === "" };
      }
    }
    return undefined;
  }

  /** True when a code begins so, and is longer. */
  isBeginning(digits: string): boolean {
    return [...this.#features.keys()].some((code) => code.length > digits.length && code.startsWith(digits));
  }
}
