/** A parsed value, or why there is none; malformed input is ordinary and never thrown. */
export type ParseResult<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string };
