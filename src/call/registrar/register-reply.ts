import { formatNameAddr } from "../../sip/message/index.ts";
import type { Binding } from "./binding.ts";

/** Names and values of header fields. */
export type RegisterHeaders = readonly (readonly [name: string, value: string])[];

/** What the headers of a 200 are made of. */
export interface RegisterReply {
  readonly bindings: readonly Binding[];
  readonly remainingSeconds: (binding: Binding) => number;
  /** Path of the request, for a phone that knows it (RFC 3327 5.3). */
  readonly path: readonly string[];
  /** The phone knows of flows, and the one of this request is kept for it (RFC 5626 6). */
  readonly isOutbound: boolean;
  /** How often the phone has to be heard over the flow; absent: its own time. */
  readonly flowTimerSeconds?: number;
  readonly wallMs: number;
}

/** Headers of a 200 to REGISTER (RFC 3261 10.3 step 8). */
export function registerReplyHeaders(reply: RegisterReply): RegisterHeaders {
  const { bindings, remainingSeconds, path, isOutbound, flowTimerSeconds, wallMs } = reply;
  const headers: [string, string][] = [];
  for (const binding of bindings) headers.push(["Contact", formatContact(binding, remainingSeconds(binding))]);
  for (const hop of path) headers.push(["Path", hop]);
  if (isOutbound) headers.push(["Require", "outbound"]);
  if (flowTimerSeconds !== undefined) headers.push(["Flow-Timer", String(flowTimerSeconds)]);
  headers.push(["Supported", "path, outbound"], ["Date", new Date(wallMs).toUTCString()]);
  return headers;
}

function formatContact({ contactUri, q, instance, regId }: Binding, expiresSeconds: number): string {
  const params = new Map([["expires", String(expiresSeconds)]]);
  if (q !== 1) params.set("q", String(q));
  if (instance !== undefined) params.set("+sip.instance", instance);
  if (regId !== undefined) params.set("reg-id", String(regId));
  return formatNameAddr({ uri: contactUri, params });
}
