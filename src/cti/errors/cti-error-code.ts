import { isErrorCode, type ErrorCode } from "../../protocol/index.ts";

type Kebab<Text extends string> = Text extends `${infer First}_${infer Rest}`
  ? `${Lowercase<First>}-${Kebab<Rest>}`
  : Lowercase<Text>;

/** A code of the catalogue in the spelling of this code base: `auth-failed` for `AUTH_FAILED`. */
export type CtiErrorCode = Kebab<ErrorCode>;

/** The code as applications are told it. */
export function catalogueCodeOf(code: CtiErrorCode): ErrorCode {
  const name = code.toUpperCase().replaceAll("-", "_");
  // The type says that it is one.
  return isErrorCode(name) ? name : "INTERNAL_BUG";
}
