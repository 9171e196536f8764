/** A plain offer or answer of one audio stream; `attributes` are lines such as `a=sendonly`. */
export function testSdp(port: number, attributes: readonly string[] = [], version = 1): string {
  return [
    "v=0",
    `o=- 1 ${version} IN IP4 127.0.0.1`,
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    `m=audio ${port} RTP/AVP 8 0 101`,
    "a=rtpmap:8 PCMA/8000",
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:101 telephone-event/8000",
    ...attributes,
    "",
  ].join("\r\n");
}
