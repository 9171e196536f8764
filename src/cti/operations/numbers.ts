import type { NumberScope } from "../../common/index.ts";
import { CtiError } from "../cti-error.ts";
import type { Session } from "../session/session.ts";

const DIALABLE = /^(?:\+?[0-9*#A-D]{1,32}|sips?:[A-Za-z0-9_.!~*'()&=+$,;?/%-]{1,64}@[A-Za-z0-9.[\]:-]{1,253})$/;
const DTMF = /^[0-9A-Da-d*#,]{1,64}$/;

/**
 * Whether something can be dialed, and may be by the session.
 * @param path where it stands, such as `/to`
 * @throws {CtiError} `validation-number`, `access-number`
 */
export function checkDialed(session: Session, number: string, path: string): void {
  checkNumber(number, path);
  if (!session.user.mayDial(number)) {
    throw new CtiError("access-number", `${number} may not be dialed with this token`, { path });
  }
}

/** What the session may dial, for call control to look at where that alone knows the number; absent: any. */
export function limitsOf({ user }: Session): { readonly numbers?: NumberScope } {
  const { numbers = {} } = user.scope ?? {};
  return numbers.allow !== undefined || numbers.deny !== undefined ? { numbers } : {};
}

/** @throws {CtiError} `validation-number` */
export function checkNumber(number: string, path: string): void {
  if (DIALABLE.test(number)) return;
  throw new CtiError("validation-number", `${path}: expected 1 to 32 digits, after a + or not, or a SIP URI`, { path });
}

/** @throws {CtiError} `validation-dtmf` */
export function checkDigits(digits: string): void {
  if (DTMF.test(digits)) return;
  throw new CtiError("validation-dtmf", "expected 1 to 64 of 0 to 9, A to D, *, #, and , for a pause", {
    path: "/digits",
  });
}
