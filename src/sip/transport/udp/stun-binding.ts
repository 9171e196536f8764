import { ipOctets } from "../../../common/index.ts";

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112_a442;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;
const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
const XOR_MAPPED_ADDRESS = 0x0020;
const FAMILY = { 4: 0x01, 6: 0x02 } as const;
const UNKNOWN_ATTRIBUTE_TEXT = "Unknown Attribute";
/** Attributes of a request that are looked at; a request is answered by what the first ones are. */
const MAX_ATTRIBUTES = 16;
const OPTIONAL_FROM = 0x8000;

/**
 * True for STUN over a port that SIP is spoken on, too: two zero bits first, then the cookie. No SIP begins so.
 * @see RFC 5389 6, 8; RFC 5626 8
 */
export function isStun(datagram: Buffer): boolean {
  return datagram.length >= HEADER_BYTES && (datagram[0] ?? 0xff) < 0x40 && datagram.readUInt32BE(4) === MAGIC_COOKIE;
}

/**
 * The answer to a STUN binding request: where it came from. A keep-alive of a phone learns so that its NAT has given it
 * another address. It has at most 56 octets, so that little is gained by a false source.
 * @param address literal IP address that it came from
 * @returns undefined for what is no binding request, or is malformed
 * @see RFC 5389 7.3.1, 10 (no credentials are wanted), 15.2; RFC 5626 4.4.2, 8
 */
export function answerBinding(request: Buffer, address: string, port: number): Buffer | undefined {
  if (!isStun(request) || request.readUInt16BE(0) !== BINDING_REQUEST) return undefined;
  const length = request.readUInt16BE(2);
  if (length % 4 !== 0 || HEADER_BYTES + length !== request.length) return undefined;
  const unknown = firstUnknownAttribute(request);
  if (unknown === "malformed") return undefined;
  if (unknown !== undefined) return respond(request, BINDING_ERROR, unknownAttributeError(unknown));
  return respond(request, BINDING_SUCCESS, xorMappedAddress(request, address, port));
}

/** The first attribute that has to be understood (RFC 5389 15); we understand none, as all are about credentials. */
function firstUnknownAttribute(request: Buffer): number | "malformed" | undefined {
  let at = HEADER_BYTES;
  for (let count = 0; at < request.length && count < MAX_ATTRIBUTES; count += 1) {
    const type = request.readUInt16BE(at);
    const end = at + 4 + request.readUInt16BE(at + 2);
    if (end > request.length) return "malformed";
    if (type < OPTIONAL_FROM) return type;
    at = end + ((4 - (end % 4)) % 4);
  }
  return undefined;
}

function respond(request: Buffer, type: number, attribute: Buffer): Buffer {
  const header = Buffer.from(request.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(type, 0);
  header.writeUInt16BE(attribute.length, 2);
  return Buffer.concat([header, attribute]);
}

/** The address and port, each octet combined with cookie and transaction id: so that no NAT rewrites them. */
function xorMappedAddress(request: Buffer, address: string, port: number): Buffer {
  const octets = ipOctets(address);
  const attribute = Buffer.alloc(8 + octets.length);
  attribute.writeUInt16BE(XOR_MAPPED_ADDRESS, 0);
  attribute.writeUInt16BE(4 + octets.length, 2);
  attribute[5] = octets.length === 4 ? FAMILY[4] : FAMILY[6];
  attribute.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 6);
  octets.forEach((octet, index) => {
    attribute[8 + index] = octet ^ (request[4 + index] ?? 0);
  });
  return attribute;
}

/** ERROR-CODE 420 and UNKNOWN-ATTRIBUTES. */
function unknownAttributeError(type: number): Buffer {
  const text = Buffer.from(UNKNOWN_ATTRIBUTE_TEXT);
  const padding = (4 - (text.length % 4)) % 4;
  const error = Buffer.alloc(8 + text.length + padding);
  error.writeUInt16BE(ERROR_CODE, 0);
  error.writeUInt16BE(4 + text.length, 2);
  error[6] = 4;
  error[7] = 20;
  text.copy(error, 8);
  const unknown = Buffer.alloc(8);
  unknown.writeUInt16BE(UNKNOWN_ATTRIBUTES, 0);
  unknown.writeUInt16BE(2, 2);
  unknown.writeUInt16BE(type, 4);
  return Buffer.concat([error, unknown]);
}
