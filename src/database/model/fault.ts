import type { Violation } from "../database-error.ts";

/** Something that a rule refuses. */
export type Fault = Pick<Violation, "path" | "message">;
