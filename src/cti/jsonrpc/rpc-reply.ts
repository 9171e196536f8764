import { withMore } from "../../common/index.ts";
import { errorEnvelope, jsonRpcNumberOf, type ErrorEnvelope } from "../../protocol/index.ts";
import type { CtiErrorFacts } from "../cti-error.ts";
import { catalogueCodeOf, type CtiErrorCode } from "../errors/cti-error-code.ts";

/** What an error is on the wire. */
export interface RpcError {
  readonly number: number;
  readonly message: string;
  /** The envelope of the catalogue. */
  readonly data: ErrorEnvelope;
}

/** A result as a message. */
export function resultText(id: string, result: object): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;
}

/** An error as a message; without an id it belongs to a message that has none that can be read. */
export function errorText(id: string | undefined, { number: code, message, data }: RpcError): string {
  return JSON.stringify({ jsonrpc: "2.0", id: id ?? null, error: { code, message, data } });
}

/** An error of ours on the wire. */
export function rpcError(code: CtiErrorCode, message: string, facts: CtiErrorFacts): RpcError {
  const known = catalogueCodeOf(code);
  return { number: jsonRpcNumberOf(known), message, data: errorEnvelope(known, withMore(facts, { message })) };
}
