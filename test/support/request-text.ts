import type { Fields, SipPhone } from "./sip-phone.ts";

/** A request outside a dialog, byte by byte. */
export function requestText(phone: SipPhone, method: string, uri: string, fields: Fields = [], body = ""): string {
  const all: Fields = [
    ["Via", phone.newVia()],
    ["From", `<sip:${phone.number}@127.0.0.1>;tag=${Math.random().toString(36).slice(2)}`],
    ["To", `<${uri}>`],
    ["Call-ID", `${Math.random().toString(36).slice(2)}@test`],
    ["CSeq", `7 ${method}`],
    ["Contact", phone.contact],
    ...fields,
  ];
  const has = (name: string): boolean => all.some(([one]) => one.toLowerCase() === name);
  const hops: Fields = has("max-forwards") ? [] : [["Max-Forwards", "70"]];
  const lines = [...all, ...hops].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${uri} SIP/2.0\r\n${lines}Content-Length: ${body.length}\r\n\r\n${body}`;
}
