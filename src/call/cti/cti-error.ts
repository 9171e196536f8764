import { SwitchError } from "../../common/index.ts";

/** `not-attached`: the CTIManager is not known, or another one has its name; `too-many`: there are too many of them. */
export type CtiErrorCode = "not-attached" | "too-many";

export class CtiError extends SwitchError<CtiErrorCode> {}
