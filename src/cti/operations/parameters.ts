import { validateParams, type MethodName, type MethodParams } from "../../protocol/index.ts";
import { CtiError } from "../cti-error.ts";

/** The parameters of a method, checked. @throws {CtiError} `validation-parameter` */
export function parameters<Method extends MethodName>(method: Method, given: unknown): MethodParams[Method] {
  const checked = validateParams(method, given);
  if (checked.ok) return checked.params;
  throw new CtiError("validation-parameter", `${checked.path} ${checked.problem}`, { path: checked.path });
}
