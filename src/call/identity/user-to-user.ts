import { splitList, type SipMessage } from "../../sip/message/index.ts";
import type { UserData } from "../../signals/index.ts";
import type { HeaderList } from "../signaling/signaling-port.ts";
import { isFitUserData } from "../cti/user-data.ts";

/** What a value with this purpose has is user data of a call, as JSON; RFC 7433 4.2. */
const PURPOSE = "tandem-user-data";
/** The name of what has come, or is to go, without a purpose: what an ISDN passes from user to user. In hex digits. */
const PLAIN = "uui";
const HEX = /^(?:[0-9A-Fa-f]{2}){1,128}$/;
const MAX_LENGTH = 16_384;
const MAX_VALUES = 8;

/** User data of a call, as a peer of the trust domain is told it. */
export function userToUser(data: UserData | undefined): HeaderList {
  if (data === undefined) return [];
  const { [PLAIN]: plain, ...named } = data;
  const values: [string, string][] = [];
  if (Object.keys(named).length > 0) {
    const hex = Buffer.from(JSON.stringify(named), "utf8").toString("hex");
    values.push(["User-to-User", `${hex};encoding=hex;purpose=${PURPOSE}`]);
  }
  if (plain !== undefined && HEX.test(plain)) values.push(["User-to-User", `${plain};encoding=hex`]);
  return values;
}

/** What a peer of the trust domain says of a call; what cannot be read, or is too much, is left out. */
export function receivedUserData(message: SipMessage): UserData {
  let data: UserData = {};
  const values = message.getAll("user-to-user").flatMap((value) => splitList(value));
  for (const value of values.slice(0, MAX_VALUES)) {
    const next = { ...data, ...readValue(value) };
    if (isFitUserData(next)) data = next;
  }
  return data;
}

function readValue(value: string): UserData {
  if (value.length > MAX_LENGTH) return {};
  const [content = "", ...params] = value.split(";").map((part) => part.trim());
  const named = new Map(params.map((param) => param.toLowerCase().split("=", 2) as [string, string | undefined]));
  if ((named.get("encoding") ?? "hex") !== "hex") return {};
  const hex = content.replace(/^"(.*)"$/, "$1");
  const purpose = named.get("purpose") ?? "isdn-uui";
  if (purpose === PURPOSE) return readJson(hex);
  return purpose === "isdn-uui" && HEX.test(hex) ? { [PLAIN]: hex } : {};
}

function readJson(hex: string): UserData {
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(hex)) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(hex, "hex").toString("utf8"));
    if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
    );
  } catch {
    return {};
  }
}
