import { parseUri, unescapeUser } from "../../sip/message/index.ts";

/**
 * True when credentials made for `digestUri` may stand in a request for `requestUri`: same host and, where the
 * digest URI has a user, same user. Port and parameters may differ, since proxies touch them (RFC 3261 22.4 point 5).
 * SIPp's digest URI never has a user.
 */
export function matchesRequestUri(digestUri: string, requestUri: string): boolean {
  if (digestUri === requestUri) return true;
  const digest = parseUri(digestUri);
  const request = parseUri(requestUri);
  if (!digest.ok || !request.ok || digest.value.host === "") return false;
  if (digest.value.host.toLowerCase() !== request.value.host.toLowerCase()) return false;
  const { user } = digest.value;
  return user === undefined || unescapeUser(user) === unescapeUser(request.value.user ?? "");
}
