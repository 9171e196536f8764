import { digestHash, type DigestAlgorithm } from "../../common/index.ts";

/** What goes into a response besides HA1. */
export interface DigestInput {
  readonly method: string;
  readonly uri: string;
  readonly nonce: string;
  /** Absent: the computation of RFC 2069. `count` is written as the client wrote it. */
  readonly qop?: { readonly name: "auth"; readonly count: string; readonly cnonce: string };
}

/** The response value in lower-case hex (RFC 7616 3.4.1, RFC 2617 3.2.2.1). */
export function digestResponse(algorithm: DigestAlgorithm, ha1: string, input: DigestInput): string {
  const { method, uri, nonce, qop } = input;
  const ha2 = digestHash(algorithm, `${method}:${uri}`);
  const middle = qop === undefined ? nonce : `${nonce}:${qop.count}:${qop.cnonce}:${qop.name}`;
  return digestHash(algorithm, `${ha1}:${middle}:${ha2}`);
}
