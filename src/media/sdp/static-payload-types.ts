/** What RFC 3551 table 4 and 5 assign to a payload type that needs no rtpmap. */
export interface StaticPayloadType {
  readonly name: string;
  readonly clockRateHz: number;
}

/** The static assignment of a payload type; `undefined` for reserved, unassigned and dynamic ones. */
export function staticPayloadType(payloadType: number): StaticPayloadType | undefined {
  switch (payloadType) {
    case 0:
      return { name: "PCMU", clockRateHz: 8000 };
    case 3:
      return { name: "GSM", clockRateHz: 8000 };
    case 4:
      return { name: "G723", clockRateHz: 8000 };
    case 5:
      return { name: "DVI4", clockRateHz: 8000 };
    case 6:
      return { name: "DVI4", clockRateHz: 16_000 };
    case 7:
      return { name: "LPC", clockRateHz: 8000 };
    case 8:
      return { name: "PCMA", clockRateHz: 8000 };
    case 9:
      // RFC 3551 4.5.2: G.722 samples at 16 kHz, its RTP clock runs at 8 kHz.
      return { name: "G722", clockRateHz: 8000 };
    case 10:
    case 11:
      return { name: "L16", clockRateHz: 44_100 };
    case 12:
      return { name: "QCELP", clockRateHz: 8000 };
    case 13:
      return { name: "CN", clockRateHz: 8000 };
    case 15:
      return { name: "G728", clockRateHz: 8000 };
    case 18:
      return { name: "G729", clockRateHz: 8000 };
    case 26:
      return { name: "JPEG", clockRateHz: 90_000 };
    case 31:
      return { name: "H261", clockRateHz: 90_000 };
    case 34:
      return { name: "H263", clockRateHz: 90_000 };
    default:
      return undefined;
  }
}
