import { createSocket, type Socket } from "node:dgram";
import { headerOf } from "../../../test/support/sip-peer.ts";
import { CALLEE_ADDRESS, PHONE_PORT } from "../systems/system-under-test.ts";

/** A dialog of a probe's caller: what its requests are made of. */
export interface ProbeDialog {
  /** Call-ID, tag and user part of From. */
  readonly id: string;
  /** Own address. */
  readonly address: string;
  readonly target: string;
  /** To, with its tag; empty before there is one. */
  readonly to: string;
  readonly routes: readonly string[];
  readonly body?: string;
}

/** The dialog that a 2xx has made. */
export function dialogOf(response: string, id: string, address: string): ProbeDialog {
  return {
    id,
    address,
    target: /<([^>]+)>/.exec(headerOf(response, "Contact"))?.[1] ?? "",
    to: headerOf(response, "To"),
    routes: allOf(response, "Record-Route").reverse(),
  };
}

/** INVITE, its ACK, or the BYE that follows it. */
export function requestText(method: "INVITE" | "ACK" | "BYE", dialog: ProbeDialog): string {
  const { id, address, target, to, routes, body = "" } = dialog;
  const own = `${address}:${PHONE_PORT}`;
  const branch = method === "INVITE" ? id : `${id}${method}`;
  return [
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own};branch=z9hG4bK${branch}`,
    ...routes.map((route) => `Route: ${route}`),
    `From: <sip:${id}@${own}>;tag=${id}`,
    `To: ${to === "" ? `<${target}>` : to}`,
    `Call-ID: ${id}`,
    `CSeq: ${method === "BYE" ? 2 : 1} ${method}`,
    `Contact: <sip:${id}@${own}>`,
    "Max-Forwards: 70",
    ...bodyLines(body),
  ].join("\r\n");
}

/** A response to a request that came to `address`. */
export function answerText(request: string, status: string, address: string, body: string): string {
  const kept = request.split("\r\n").filter((line) => /^(Via|Record-Route|From|Call-ID|CSeq):/i.test(line));
  const to = headerOf(request, "To");
  const tagged = to.includes(";tag=") ? to : `${to};tag=callee`;
  const contact = `Contact: <sip:callee@${address}:${PHONE_PORT}>`;
  return [`SIP/2.0 ${status}`, ...kept, `To: ${tagged}`, contact, ...bodyLines(body)].join("\r\n");
}

function bodyLines(body: string): string[] {
  const type = body === "" ? [] : ["Content-Type: application/sdp"];
  return [...type, `Content-Length: ${body.length}`, "", body];
}

/** An offer, or an answer, of PCMU. No RTP is sent. */
export function probeSdp(address = CALLEE_ADDRESS): string {
  const place = `IN IP4 ${address}`;
  return `v=0\r\no=- 1 1 ${place}\r\ns=-\r\nc=${place}\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n`;
}

function allOf(text: string, name: string): string[] {
  const start = `${name.toLowerCase()}:`;
  return text
    .split("\r\n")
    .filter((line) => line.toLowerCase().startsWith(start))
    .map((line) => line.slice(start.length).trim());
}

/** Whether a socket may be sent with. */
export function isOpen(socket: Socket): boolean {
  try {
    socket.address();
    return true;
  } catch {
    return false;
  }
}

/** A UDP socket on the port of phones. */
export async function bound(address: string): Promise<Socket> {
  const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(PHONE_PORT, address, resolve);
  });
  return socket;
}
