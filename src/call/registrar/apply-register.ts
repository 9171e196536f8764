import { parseUri } from "../../sip/message/index.ts";
import type { RegistrationLimits } from "../device/sip-profile.ts";
import type { Binding, BindingSource } from "./binding.ts";
import type { RequestedContact, RequestedContacts } from "./requested-contact.ts";
import { isSameUri } from "./uri-equality.ts";

/** A REGISTER against the bindings it meets. */
export interface RegisterStep {
  /** Live bindings of the address of record, oldest first. */
  readonly current: readonly Binding[];
  readonly request: Exclude<RequestedContacts, { kind: "malformed" }>;
  /** Of the Expires header. */
  readonly expiresSeconds: number | undefined;
  readonly callId: string;
  readonly cseq: number;
  readonly source: BindingSource;
  readonly limits: RegistrationLimits;
  /** Whether the phone may have its calls sent to a contact. */
  readonly isAllowed: (contact: RequestedContact) => boolean;
  /** Makes the binding of a contact that was granted so many seconds (above 0). */
  readonly bind: (contact: RequestedContact, grantedSeconds: number) => Binding;
}

/** The bindings afterwards, oldest first; or why nothing changes. */
export type RegisterOutcome =
  | { readonly ok: true; readonly bindings: readonly Binding[] }
  | { readonly ok: false; readonly status: 400 | 403 | 423; readonly reason: string };

/** RFC 3261 10.3 step 7: who asks for an hour is never told that it is too brief. */
const NEVER_TOO_BRIEF_SECONDS = 3_600;
const OUT_OF_ORDER = { ok: false, status: 400, reason: "CSeq Out of Order" } as const;

/** RFC 3261 10.3 steps 6 and 7: all of the request, or nothing of it. Pure. */
export function applyRegister(step: RegisterStep): RegisterOutcome {
  const { current, request } = step;
  switch (request.kind) {
    case "query":
      return { ok: true, bindings: current };
    case "remove-all":
      return current.some((binding) => isOutOfOrder(binding, step)) ? OUT_OF_ORDER : { ok: true, bindings: [] };
    case "contacts":
      return applyContacts(step, request.contacts);
  }
}

function applyContacts(step: RegisterStep, contacts: readonly RequestedContact[]): RegisterOutcome {
  const { current, limits } = step;
  const untouched = new Set(current);
  let added: Binding[] = [];
  for (const contact of contacts) {
    const seconds = contact.expiresSeconds ?? step.expiresSeconds ?? limits.defaultExpirySeconds;
    if (seconds > 0 && seconds < limits.minExpirySeconds && seconds < NEVER_TOO_BRIEF_SECONDS) {
      return { ok: false, status: 423, reason: "Interval Too Brief" };
    }
    if (seconds > 0 && !step.isAllowed(contact)) return { ok: false, status: 403, reason: "Contact Not Allowed" };
    for (const binding of current) {
      if (!isBindingOf(binding, contact)) continue;
      if (isOutOfOrder(binding, step)) return OUT_OF_ORDER;
      untouched.delete(binding);
    }
    // A contact that comes twice in one request: the last one counts.
    added = added.filter((binding) => !isBindingOf(binding, contact));
    if (seconds > 0) added.push(step.bind(contact, Math.min(seconds, limits.maxExpirySeconds)));
  }
  const excess = untouched.size + added.length - limits.maxContacts;
  if (added.length > 0 && excess > 0 && !makeRoom(untouched, step.source, excess)) {
    return { ok: false, status: 403, reason: "Too Many Contacts" };
  }
  return { ok: true, bindings: [...untouched, ...added] };
}

/** The same contact, or the same flow of the same instance whatever its address (RFC 5626 6). */
function isBindingOf(binding: Binding, contact: RequestedContact): boolean {
  // Two flows may have the same address: of one phone, or of two behind NATs.
  const areFlows = binding.regId !== undefined && contact.regId !== undefined;
  if (areFlows) return binding.instance === contact.instance && binding.regId === contact.regId;
  if (contact.instance !== undefined && binding.instance === contact.instance && binding.regId === contact.regId) {
    return true;
  }
  if (binding.contactUri === contact.uriText) return true;
  const uri = parseUri(binding.contactUri);
  return uri.ok && isSameUri(uri.value, contact.uri);
}

function isOutOfOrder(binding: Binding, { callId, cseq }: RegisterStep): boolean {
  return binding.callId === callId && cseq <= binding.cseq;
}

/**
 * A phone that lost its power could not unregister, and comes back with another port or user part: at the limit the
 * oldest bindings without an instance that came from the same address give way. False when they are too few.
 */
function makeRoom(untouched: Set<Binding>, source: BindingSource, excess: number): boolean {
  const leftBehind = [...untouched].filter(
    (binding) => binding.instance === undefined && binding.source.address === source.address,
  );
  if (leftBehind.length < excess) return false;
  for (const binding of leftBehind.slice(0, excess)) untouched.delete(binding);
  return true;
}
