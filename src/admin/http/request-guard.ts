import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";

/** What a request is judged by. */
export interface GuardedRequest {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
}

/** A refusal: HTTP status, a stable code and a sentence. */
export interface Refusal {
  readonly status: 401 | 403 | 405 | 415;
  readonly code: string;
  readonly message: string;
}

/**
 * Keeps web pages of other origins away from a listener on this host that only shows things, without bodies.
 * @param hostNames names of this listener besides addresses and `localhost`
 */
export function refuseForeign(request: GuardedRequest, hostNames: readonly string[]): Refusal | undefined {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return { status: 405, code: "method-not-allowed", message: "only GET and HEAD are allowed" };
  }
  if (request.contentType !== undefined) {
    return { status: 415, code: "body-not-allowed", message: "requests have no body" };
  }
  return refuseForeignOrigin(request, hostNames);
}

/**
 * By DNS rebinding web pages of other origins send a name of theirs as Host, by scripts and forms they send an Origin.
 * @param hostNames names of this listener besides addresses and `localhost`
 */
export function refuseForeignOrigin(
  { host, origin, fetchSite }: Pick<GuardedRequest, "host" | "origin" | "fetchSite">,
  hostNames: readonly string[],
): (Refusal & { readonly code: "host-refused" | "origin-refused" }) | undefined {
  if (host === undefined || !isOwnHost(host, hostNames)) {
    const message = "Host must be an address of this host, localhost, or one of http.hostNames";
    return { status: 403, code: "host-refused", message };
  }
  // Behind a proxy that has a name and speaks TLS the page is https.
  const own = isNamed(host, hostNames) ? [`http://${host}`, `https://${host}`] : [`http://${host}`];
  const isForeign = origin !== undefined && !own.includes(origin);
  if (isForeign || fetchSite === "cross-site") {
    return { status: 403, code: "origin-refused", message: "requests from other origins are refused" };
  }
  return undefined;
}

/** Asks for the token: as a bearer, or as the password of a browser's sign-in. */
export function refuseWithoutToken(authorization: string | undefined, token: string): Refusal | undefined {
  const [scheme = "", credentials = ""] = (authorization ?? "").split(" ", 2);
  const given = scheme.toLowerCase() === "basic" ? passwordOf(credentials) : credentials;
  if (authorization !== undefined && timingSafeEqual(sha256(given), sha256(token))) return undefined;
  return { status: 401, code: "token-needed", message: "a valid token is needed" };
}

function isOwnHost(host: string, hostNames: readonly string[]): boolean {
  const name = hostNameOf(host);
  if (isNamed(host, hostNames)) return true;
  return name.toLowerCase() === "localhost" || isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}

function isNamed(host: string, hostNames: readonly string[]): boolean {
  const name = hostNameOf(host).toLowerCase();
  return hostNames.some((own) => own.toLowerCase() === name);
}

/** Host without its port; empty when it is none. */
function hostNameOf(host: string): string {
  return /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::\d{1,5})?$/.exec(host)?.[1] ?? "";
}

function passwordOf(credentials: string): string {
  const text = Buffer.from(credentials, "base64").toString("utf8");
  return text.slice(text.indexOf(":") + 1);
}

function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
