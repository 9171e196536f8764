import type { z } from "zod";
import { RestError } from "../problem/rest-error.ts";

/**
 * Checks a body that is no object of the model.
 * @throws {RestError} `bad-body` with every fault
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const violations = result.error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  const [first] = violations;
  const detail =
    first === undefined ? "not as expected" : `${first.path === "" ? "body" : first.path}: ${first.message}`;
  throw new RestError("bad-body", detail, { violations });
}
