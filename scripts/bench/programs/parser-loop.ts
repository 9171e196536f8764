import { createRequire } from "node:module";
import type * as Message from "../../../src/sip/message/index.ts";

// Parses one INVITE over and over: `parser-loop.ts <file of the built src/sip/message>|drachtio-srf <seconds>`. Prints
// how many a second, once parsed only and once with six headers read.

const INVITE = [
  "INVITE sip:1002@example.org SIP/2.0",
  "Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK74bf9a2c;rport",
  "Max-Forwards: 70",
  'From: "Alice" <sip:1001@example.org>;tag=9fxced76sl',
  "To: <sip:1002@example.org>",
  "Call-ID: 3848276298220188511@192.0.2.10",
  "CSeq: 1 INVITE",
  "Contact: <sip:1001@192.0.2.10:5060;transport=udp>",
  "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY",
  "Supported: 100rel, replaces, timer",
  "User-Agent: Desk phone 4.2",
  "Session-Expires: 1800;refresher=uac",
  "Content-Type: application/sdp",
  "Content-Length: 166",
  "",
  "v=0",
  "o=- 1234567 1 IN IP4 192.0.2.10",
  "s=-",
  "c=IN IP4 192.0.2.10",
  "t=0 0",
  "m=audio 40000 RTP/AVP 0 8 101",
  "a=rtpmap:0 PCMU/8000",
  "a=rtpmap:101 telephone-event/8000",
  "a=ptime:20",
  "",
].join("\r\n");
const HEADERS = ["via", "from", "to", "call-id", "cseq", "contact"];
const BATCH = 1_000;

/** Parses once; reads the headers when asked. @returns something that depends on the result, so that it is not left out */
type ParseOnce = (isRead: boolean) => number;

interface DrachtioParser {
  readonly parseSipMessage: (text: string, isLazy: boolean) => { method: string; headers: Record<string, string> };
}

async function tandemParser(path: string): Promise<ParseOnce> {
  const { parseSipMessage } = (await import(path)) as typeof Message;
  return (isRead) => {
    const result = parseSipMessage(INVITE);
    if (!result.ok) throw new Error(result.reason);
    if (!isRead) return result.value.method.length;
    return HEADERS.reduce((sum, name) => sum + (result.value.get(name) ?? "").length, 0);
  };
}

function drachtioParser(): ParseOnce {
  const { parseSipMessage } = createRequire(import.meta.url)("drachtio-srf/lib/sip-parser/parser.js") as DrachtioParser;
  return (isRead) => {
    const message = parseSipMessage(INVITE, true);
    if (!isRead) return message.method.length;
    return HEADERS.reduce((sum, name) => sum + (message.headers[name] ?? "").length, 0);
  };
}

function perSecond(parseOnce: ParseOnce, isRead: boolean, seconds: number): number {
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  let count = 0;
  let sum = 0;
  while (performance.now() < endMs) {
    for (let index = 0; index < BATCH; index += 1) sum += parseOnce(isRead);
    count += BATCH;
  }
  if (sum === 0) throw new Error("nothing was parsed");
  return Math.round((1_000 * count) / (performance.now() - startMs));
}

const [parser = "", seconds] = process.argv.slice(2);
const parse = parser === "drachtio-srf" ? drachtioParser() : await tandemParser(parser);
perSecond(parse, true, 1);
process.stdout.write(`${perSecond(parse, false, Number(seconds))} ${perSecond(parse, true, Number(seconds))}\n`);
