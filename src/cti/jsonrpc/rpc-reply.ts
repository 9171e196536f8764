import type { CtiErrorFacts } from "../cti-error.ts";

/** What an error is on the wire. */
export interface RpcError {
  readonly number: number;
  readonly message: string;
  /** The envelope of the catalogue. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A result as a message. */
export function resultText(id: string, result: object): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;
}

/** An error as a message; without an id it belongs to a message that has none that can be read. */
export function errorText(id: string | undefined, { number: code, message, data }: RpcError): string {
  return JSON.stringify({ jsonrpc: "2.0", id: id ?? null, error: { code, message, data } });
}

/** Numbers of the families that errors of requests and sessions belong to. */
const FAMILIES: Readonly<Record<string, number>> = {
  PROTOCOL: 1_000,
  AUTH: 1_100,
  ACCESS: 1_200,
  SESSION: 1_300,
  VALIDATION: 1_400,
  NOT_FOUND: 1_500,
  DEVICE: 2_000,
  MEDIA: 2_100,
  CALL: 2_200,
  ROUTE: 2_300,
  REDIRECT: 2_400,
  FEATURE: 2_500,
  LIMIT: 3_000,
  RESOURCE: 3_100,
  NODE: 3_200,
  TIMEOUT: 3_300,
  CONFLICT: 3_400,
  INTERNAL: 5_000,
};

/** An error of ours on the wire: `auth-failed` is `AUTH_FAILED`. */
export function rpcError(code: string, message: string, facts: CtiErrorFacts): RpcError {
  const name = code.toUpperCase().replaceAll("-", "_");
  const family = Object.keys(FAMILIES).find((each) => name.startsWith(`${each}_`)) ?? "FEATURE";
  const outcome = facts.outcome ?? (family === "INTERNAL" ? "unknown" : "not_applied");
  const retry = facts.retryAfterMs === undefined ? (outcome === "unknown" ? "reconcile" : "never") : "after";
  return {
    number: FAMILIES[family] ?? 5_000,
    message,
    data: { code: name, family, message, outcome, retry, ...facts },
  };
}
