import { randomBytes } from "node:crypto";
import type { SipMessage } from "../../src/sip/message/index.ts";
import { PhoneCall, type Fields, type SipPhone } from "./sip-phone.ts";

export interface SubscribeOptions {
  /** Whose resource; default the phone's own number. */
  readonly user?: string;
  readonly event?: string;
  readonly expires?: number | string;
  readonly headers?: Fields;
  /** Of Call-ID; default a new one. */
  readonly callId?: string;
}

/** A subscription of a phone, or the attempt at one; credentials are sent when asked for. */
export async function subscribe(
  phone: SipPhone,
  server: { readonly address: string; readonly port: number },
  { user = phone.number, event = "message-summary", expires = 600, headers = [], callId }: SubscribeOptions = {},
): Promise<{ readonly response: SipMessage; readonly dialog: PhoneCall }> {
  const uri = `sip:${user}@${server.address}:${server.port}`;
  const localTag = randomBytes(6).toString("hex");
  const local = `<sip:${phone.number}@${server.address}>;tag=${localTag}`;
  const id = callId ?? randomBytes(8).toString("hex");
  const dialog = new PhoneCall(phone, { callId: id, localTag, local, remote: `<${uri}>`, target: uri });
  phone.know(dialog);
  const send = (extra: Fields): Promise<SipMessage> => {
    const fields: Fields = [
      ["From", local],
      ["To", dialog.remote],
      ["Call-ID", id],
      ["CSeq", `${dialog.nextCseq()} SUBSCRIBE`],
      ["Contact", phone.contact],
      ...(event === "" ? [] : [["Event", event] as const]),
      ["Expires", String(expires)],
      ...headers,
      ...extra,
    ];
    return phone.sendRequest("SUBSCRIBE", uri, fields, {}, dialog).final();
  };
  let response = await send([]);
  if (response.status === 401) response = await send(phone.authorize(response, "SUBSCRIBE", uri));
  if (response.status === 200) dialog.adopt(response);
  return { response, dialog };
}

/** Takes the next NOTIFY and answers it. */
export async function takeNotify(dialog: PhoneCall, status = 200, headers: Fields = []): Promise<SipMessage> {
  const notify = await dialog.request("NOTIFY");
  dialog.respond(notify, status, { headers });
  return notify;
}
