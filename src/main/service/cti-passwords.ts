import { PasswordCheck } from "../../admin/rest/access/password-check.ts";
import { RefusalLimits } from "../../admin/rest/access/refusal-limits.ts";
import { RestError } from "../../admin/rest/problem/rest-error.ts";
import { CtiError, type PasswordJudge } from "../../cti/index.ts";
import type { Clock } from "../../common/index.ts";
import { hashPassword, verifyPassword } from "../secrets/password-hash.ts";

/** What wrong tokens count as in the place of a user; no user can have the name. */
const TOKENS = "(tokens)";

/** Judges passwords of applications as those of the REST API are judged. */
export function ctiPasswords(clock: Clock): PasswordJudge {
  const check = new PasswordCheck({ hashPassword, verifyPassword }, clock);
  const limits = new RefusalLimits(clock);
  const guess = async (user: string, hash: string | undefined, password: string, address: string): Promise<boolean> => {
    // It counts before it is judged, so that many at a time are no way around the limits.
    limits.begin(address, user);
    const isRight = await check.isRight(user, hash, password).catch((error: unknown) => {
      limits.forgive(address, user);
      throw error;
    });
    if (isRight) limits.forgive(address, user);
    return isRight;
  };
  return {
    isRight: async (user, hash, password, address) => {
      if (hash !== undefined && check.isRemembered(user, hash, password)) return true;
      try {
        return await (check.underway(user, hash, password) ?? guess(user, hash, password, address));
      } catch (error) {
        throw error instanceof RestError ? refusalOf(error) : error;
      }
    },
    noteWrongToken: (address) => {
      try {
        limits.begin(address, TOKENS);
      } catch (error) {
        throw error instanceof RestError ? refusalOf(error) : error;
      }
    },
  };
}

function refusalOf({ code, message, extras }: RestError): CtiError {
  const retryAfterMs = 1_000 * Number(extras.headers?.["retry-after"] ?? 1);
  return new CtiError(code === "too-busy" ? "limit-rate" : "auth-locked", message, { retryAfterMs });
}
