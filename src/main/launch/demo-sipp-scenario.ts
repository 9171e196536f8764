import type { DemoPhone } from "./demo-config.ts";

const HEAD = `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:USER@[remote_ip]:[remote_port]>;tag=[pid]-[call_number]
To: <sip:NUMBER@[remote_ip]:[remote_port]>`;
const ACK_HEAD = HEAD.replace("Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]", "[last_Via:]");
const SDP = `v=0
o=- [pid] [call_number] IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
`;

/** A SIPp scenario of one call with digest from a phone to a number: it waits a second and hangs up. */
export function demoSippScenario({ number: user, password }: DemoPhone, dialedNumber: string): string {
  const credentials = `[authentication username=${user} password=${password}]\n`;
  const steps = [
    send(request("INVITE", 1, HEAD, `Contact: <sip:${user}@[local_ip]:[local_port]>\n`, SDP), true),
    '  <recv response="100" optional="true"/>\n  <recv response="401" auth="true"/>\n',
    send(request("ACK", 1, `${ACK_HEAD}[peer_tag_param]`, "", ""), false),
    send(request("INVITE", 2, HEAD, `Contact: <sip:${user}@[local_ip]:[local_port]>\n${credentials}`, SDP), true),
    '  <recv response="100" optional="true"/>\n  <recv response="180" optional="true"/>\n',
    '  <recv response="183" optional="true"/>\n  <recv response="200" rrs="true"/>\n',
    send(request("ACK", 2, `${HEAD}[peer_tag_param]`, "[routes]\n", ""), false),
    '  <pause milliseconds="1000"/>\n',
    send(request("BYE", 3, `${HEAD}[peer_tag_param]`, "[routes]\n", ""), true),
    '  <recv response="200"/>\n',
  ];
  const text = steps.join("").replaceAll("USER", user).replaceAll("NUMBER", dialedNumber);
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="tandem-demo">\n${text}</scenario>\n`;
}

function request(method: string, sequence: number, head: string, more: string, body: string): string {
  const target = sequence === 1 || method === "INVITE" ? "sip:NUMBER@[remote_ip]:[remote_port]" : "[next_url]";
  const type = body === "" ? "" : "Content-Type: application/sdp\n";
  return `${method} ${target} SIP/2.0
${head}
Call-ID: [call_id]
CSeq: ${sequence} ${method}
Max-Forwards: 70
${more}${type}Content-Length: ${body === "" ? "0" : "[len]"}

${body}`;
}

function send(text: string, isRepeated: boolean): string {
  return `  <send${isRepeated ? ' retrans="500"' : ""}><![CDATA[\n${text}]]></send>\n`;
}
