import { parseTokenList, type SipMessage } from "../../sip/message/index.ts";
import type { HeaderList } from "../signaling/signaling-port.ts";

const METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, REGISTER";
const DIALOG_METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE";

/** What a 405 or 200 to a request outside a dialog says. */
export const ALLOW: HeaderList = [["Allow", METHODS]];

/** What we can do inside a dialog. 100rel is not among it: provisional responses go out unreliably. */
export const DIALOG_CAPABILITIES: HeaderList = [
  ["Allow", DIALOG_METHODS],
  ["Supported", "timer"],
];

/** The answer to OPTIONS (RFC 3261 11.2). */
export const OPTIONS_HEADERS: HeaderList = [
  ["Allow", METHODS],
  ["Accept", "application/sdp"],
  ["Supported", "timer, path"],
];

const DIALOG_EXTENSIONS = new Set(["timer"]);
const REGISTER_EXTENSIONS = new Set(["path", "outbound"]);
const NO_EXTENSIONS = new Set<string>();

/** Option tags that a request requires and we do not have (RFC 3261 8.2.2.3), as written; malformed ones too. */
export function unsupportedExtensions(message: SipMessage): readonly string[] {
  const required = message.getAll("require");
  if (required.length === 0) return [];
  const tokens = parseTokenList(required);
  if (!tokens.ok) return ["malformed"];
  const known = knownExtensions(message.method);
  return tokens.value.filter((token) => !known.has(token.toLowerCase()));
}

/** True for an INVITE that is to take the place of a dialog or to join it (RFC 3891, RFC 3911), which is not done. */
export function namesDialog(message: SipMessage): boolean {
  return message.has("replaces") || message.has("join");
}

function knownExtensions(method: string): ReadonlySet<string> {
  if (method === "INVITE" || method === "UPDATE") return DIALOG_EXTENSIONS;
  return method === "REGISTER" ? REGISTER_EXTENSIONS : NO_EXTENSIONS;
}

/** True when a device has said that it takes UPDATE. */
export function allowsUpdate(message: SipMessage): boolean {
  const tokens = parseTokenList(message.getAll("allow"));
  return tokens.ok && tokens.value.includes("UPDATE");
}
