import type { SignalingSource } from "../signaling/signaling-port.ts";
import type { RegisterIdentity } from "./register-request.ts";

/** What is kept of a binding, so that it outlives the process. Plain JSON. */
export interface StoredRegistration extends RegisterIdentity {
  /** What it is a binding of: registrar and user. */
  readonly of: string;
  /** The highest that was used when it was stored. */
  readonly cseq: number;
  readonly validUntilMs: number;
  readonly serviceRoute: readonly string[];
  readonly sources: readonly SignalingSource[];
}

/** False for what a damaged file may hold. */
export function isStoredRegistration(value: unknown): value is StoredRegistration {
  if (!isRecord(value)) return false;
  const { of, callId, contactUser, cseq, validUntilMs, serviceRoute, sources } = value;
  return (
    [of, callId, contactUser].every((text) => isText(text) && text !== "") &&
    Number.isInteger(cseq) &&
    Number.isFinite(validUntilMs) &&
    Array.isArray(serviceRoute) &&
    serviceRoute.every(isText) &&
    Array.isArray(sources) &&
    sources.every(isSource)
  );
}

function isSource(value: unknown): boolean {
  return isRecord(value) && isText(value.protocol) && isText(value.address) && Number.isInteger(value.port);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
