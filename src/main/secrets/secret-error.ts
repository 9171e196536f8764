import { SwitchError } from "../../common/index.ts";

/**
 * `secret-unreadable`: it was sealed with another key, is damaged, or there is no key. `secret-key-refused`: the key
 * file is open to other users, somebody else's, or no key. `secret-too-long`: to be sealed.
 */
export type SecretErrorCode = "secret-unreadable" | "secret-key-refused" | "secret-too-long";

export class SecretError extends SwitchError<SecretErrorCode> {}
