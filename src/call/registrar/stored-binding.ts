import type { Binding } from "./binding.ts";

/** The bindings in a journal value; what is none, as from a damaged file, is left out. */
export function readStoredBindings(value: unknown): Binding[] {
  return Array.isArray(value) ? value.filter(isBinding) : [];
}

function isBinding(value: unknown): value is Binding {
  if (!isRecord(value) || !isRecord(value.source)) return false;
  const { source, path } = value;
  return (
    [value.aor, value.contactUri, value.callId, value.targetUri, source.protocol, source.address].every(isText) &&
    [value.cseq, value.q, value.expiresAtMs, value.refreshedAtMs, source.port].every(Number.isFinite) &&
    [value.instance, value.proxyUri, value.userAgent, value.keyMark].every(
      (text) => text === undefined || isText(text),
    ) &&
    (value.sinceMs === undefined || Number.isFinite(value.sinceMs)) &&
    (value.isDialable === undefined || typeof value.isDialable === "boolean") &&
    (value.regId === undefined || Number.isInteger(value.regId)) &&
    (path === undefined || (Array.isArray(path) && path.every(isText)))
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
