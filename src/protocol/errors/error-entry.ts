import type { Outcome, Retry } from "../generated/types.ts";

/** A family of errors: the number that JSON-RPC has for it, and the status of HTTP. */
export interface FamilyEntry {
  readonly number: number;
  readonly status: number;
  /** What its errors are about. */
  readonly about: string;
}

export const ERROR_FAMILIES = {
  PROTOCOL: {
    number: 1000,
    status: 400,
    about: "Requests that are malformed, unknown, too big, or at the wrong time.",
  },
  AUTH: { number: 1100, status: 401, about: "Who the application is." },
  ACCESS: { number: 1200, status: 403, about: "What its user may do." },
  SESSION: { number: 1300, status: 409, about: "The session, its resumption and its lease." },
  VALIDATION: { number: 1400, status: 422, about: "Contents of parameters." },
  NOT_FOUND: { number: 1500, status: 404, about: "Things that are not there, or not for this user." },
  DEVICE: { number: 2000, status: 409, about: "Opening, registration and ownership of devices." },
  MEDIA: { number: 2100, status: 409, about: "Media: capabilities, addresses, streams." },
  CALL: { number: 2200, status: 409, about: "The state of a call or of a device in it." },
  ROUTE: { number: 2300, status: 409, about: "Destinations and route dialogues." },
  REDIRECT: { number: 2400, status: 409, about: "Redirecting and transferring." },
  FEATURE: { number: 2500, status: 409, about: "Conference, park, pickup, forwarding, lamps, digits." },
  LIMIT: { number: 3000, status: 429, about: "Quotas and rates." },
  RESOURCE: { number: 3100, status: 503, about: "Resources of the switch." },
  NODE: { number: 3200, status: 503, about: "Processes and nodes of the switch." },
  TIMEOUT: { number: 3300, status: 504, about: "Nobody answered in time." },
  CONFLICT: { number: 3400, status: 409, about: "Keys, versions and fences." },
  INTERNAL: { number: 5000, status: 500, about: "Defects of the switch." },
} as const satisfies Readonly<Record<string, FamilyEntry>>;
export type ErrorFamily = keyof typeof ERROR_FAMILIES;

/** What the catalogue says of an error. */
export interface ErrorEntry {
  readonly family: ErrorFamily;
  /** Unless an error itself says something else. */
  readonly outcome: Outcome;
  readonly retry: Retry;
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
  /** Where JSON-RPC itself has a number for it, or HTTP a better status than that of the family. */
  readonly number?: number;
  readonly status?: number;
}

/** An entry whose outcome is `not_applied`, as that of nearly all is. */
export function entry<const F extends ErrorFamily>(
  family: F,
  retry: Retry,
  message: string,
  advice: string,
  more: Partial<ErrorEntry> = {},
): ErrorEntry {
  return { family, outcome: "not_applied", retry, message, advice, ...more };
}
