import { createHash } from "node:crypto";
import type { CtiCommandRequest } from "../../../signals/index.ts";

/** What two requests of the same key have in common when they ask for the same. */
export function printOf({ command, conditions }: Pick<CtiCommandRequest, "command" | "conditions">): string {
  // What a token bars is not what is asked for.
  const asked = command.type === "pickup" ? { ...command, numbers: undefined } : command;
  const text = canonical({ command: asked, conditions: conditions ?? {} });
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

/** JSON with the names of each object in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}
