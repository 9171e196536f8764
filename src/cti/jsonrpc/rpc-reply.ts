import { errorEnvelope, isErrorCode, jsonRpcNumberOf, type ErrorFacts } from "../../protocol/index.ts";
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

/** An error of ours on the wire: `auth-failed` is `AUTH_FAILED`. What the catalogue does not have is a defect of ours. */
export function rpcError(code: string, message: string, facts: CtiErrorFacts): RpcError {
  const name = code.toUpperCase().replaceAll("-", "_");
  const known = isErrorCode(name) ? name : "INTERNAL_BUG";
  return {
    number: jsonRpcNumberOf(known),
    message,
    data: { ...errorEnvelope(known, { ...(facts as ErrorFacts), message }) },
  };
}
