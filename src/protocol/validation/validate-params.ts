import { DEFINITIONS, PARAMETERS } from "../generated/parameter-schemas.ts";
import type { MethodName, MethodParams } from "../generated/types.ts";
import { findFault, type Fault } from "./fault.ts";

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(PARAMETERS, name);
}

/** Parameters that are as the method takes them, or the first fault. */
export type ParamsCheck<M extends MethodName> =
  { readonly ok: true; readonly params: MethodParams[M] } | ({ readonly ok: false } & Fault);

/** Compares the parameters of a request, with `meta`, with what the method takes. Unknown fields are faults. */
export function validateParams<M extends MethodName>(method: M, params: unknown): ParamsCheck<M> {
  const fault = findFault(PARAMETERS[method], params, DEFINITIONS);
  return fault === undefined ? { ok: true, params: params as MethodParams[M] } : { ok: false, ...fault };
}
