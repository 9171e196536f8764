/** Where an SDP says first that media go (RFC 4566 5.7); undefined: nowhere. Text of a switch's own making: nothing is checked. */
export function connectionAddress(sdp: string): string | undefined {
  return /^c=IN IP[46] (\S+)/m.exec(sdp)?.[1];
}
