import { detached } from "../../../common/index.ts";
import { parseTokenList, splitList, type SipMessage } from "../../../sip/message/index.ts";
import type { HeaderList } from "../../signaling/signaling-port.ts";

const METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER, REGISTER, SUBSCRIBE, MESSAGE";
const DIALOG_METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER";
const MAX_PACKAGES = 32;

/** What a 405 or 200 to a request outside a dialog says. */
export const ALLOW: HeaderList = [["Allow", METHODS]];

/** What a 405 to a REFER outside a dialog says. */
export const ALLOW_WITHOUT_REFER: HeaderList = [["Allow", METHODS.replace(" REFER,", "")]];

/** What a 405 to a request inside a dialog says. */
export const DIALOG_ALLOW: HeaderList = [["Allow", DIALOG_METHODS]];

/** What a 405 to an INFO says that the other party does not take. */
export const ALLOW_WITHOUT_INFO: HeaderList = [["Allow", DIALOG_METHODS.replace(" INFO,", "")]];

/** What we can do inside a dialog. */
export const DIALOG_CAPABILITIES: HeaderList = [
  ["Allow", DIALOG_METHODS],
  ["Supported", "timer, replaces, norefersub"],
];

/** The same, of an INVITE with an offer: without one, the first reliable response would make it, and PRACK answer it. */
export const OFFER_CAPABILITIES: HeaderList = [
  ["Allow", DIALOG_METHODS],
  ["Supported", "timer, 100rel, replaces, norefersub"],
];

/** The answer to OPTIONS (RFC 3261 11.2). */
export const OPTIONS_HEADERS: HeaderList = [
  ["Allow", METHODS],
  ["Accept", "application/sdp"],
  ["Supported", "timer, 100rel, path, outbound, replaces, norefersub"],
];

const INVITE_EXTENSIONS = new Set(["timer", "100rel", "replaces"]);
const REFER_EXTENSIONS = new Set(["norefersub"]);
const UPDATE_EXTENSIONS = new Set(["timer"]);
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

function knownExtensions(method: string): ReadonlySet<string> {
  if (method === "INVITE") return INVITE_EXTENSIONS;
  if (method === "UPDATE") return UPDATE_EXTENSIONS;
  if (method === "REFER") return REFER_EXTENSIONS;
  return method === "REGISTER" ? REGISTER_EXTENSIONS : NO_EXTENSIONS;
}

/** What a device says that it can do inside a dialog. */
export interface DialogAbilities {
  allowsUpdate: boolean;
  /** Absent: it has not said which methods it takes. */
  allowsInfo?: boolean;
  /** Info packages that it takes (RFC 6086); absent: it has named none. */
  infoPackages?: readonly string[];
}

/** Takes over what a message says of its sender; what it says nothing of stays. */
export function adoptAbilities(known: DialogAbilities, message: SipMessage): void {
  if (message.has("allow")) {
    const tokens = parseTokenList(message.getAll("allow"));
    known.allowsUpdate = tokens.ok && tokens.value.includes("UPDATE");
    known.allowsInfo = tokens.ok && tokens.value.includes("INFO");
  }
  if (message.has("recv-info")) known.infoPackages = infoPackagesOf(message);
}

/** Recv-Info as the other party is to see it; nothing when its owner has not sent one. */
export function recvInfo(abilities: Pick<DialogAbilities, "infoPackages"> | undefined): HeaderList {
  const packages = abilities?.infoPackages;
  return packages === undefined ? [] : [["Recv-Info", packages.join(", ")]];
}

/**
 * Why an INFO does not go on to a device: 405 when its methods are known and INFO is not among them, 469 when it does
 * not take the package (RFC 6086 4.2.1).
 */
export function infoRefusal(info: SipMessage, abilities: Partial<DialogAbilities>): 405 | 469 | undefined {
  const name = infoPackageOf(info);
  if (abilities.allowsInfo === false) return 405;
  if (name === undefined) return undefined;
  return abilities.infoPackages?.some((one) => one.toLowerCase() === name) === true ? undefined : 469;
}

/** In small letters, without parameters; undefined for an INFO without a package. */
export function infoPackageOf(info: SipMessage): string | undefined {
  return info.get("info-package")?.split(";", 1)[0]?.trim().toLowerCase();
}

function infoPackagesOf(message: SipMessage): readonly string[] {
  const items = message.getAll("recv-info").flatMap((value) => splitList(value));
  const names = parseTokenList(items.map((item) => item.split(";", 1)[0] ?? ""));
  return names.ok ? names.value.slice(0, MAX_PACKAGES).map(detached) : [];
}
