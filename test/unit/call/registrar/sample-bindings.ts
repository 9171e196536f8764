import type { Binding } from "../../../../src/call/registrar/binding.ts";

/** A binding of 1001 at 192.0.2.7, registered at 0 for ten minutes of wall-clock time. */
export function sampleBinding(changes: Partial<Binding> = {}): Binding {
  const contactUri = changes.contactUri ?? "sip:1001@192.0.2.7:5060";
  return {
    aor: "1001",
    contactUri,
    callId: "call-1",
    cseq: 1,
    q: 1,
    expiresAtMs: 600_000,
    refreshedAtMs: 0,
    source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
    targetUri: contactUri,
    ...changes,
  };
}
