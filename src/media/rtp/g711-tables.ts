import { decodeALaw, decodeMuLaw, encodeALaw, encodeMuLaw, type G711Law } from "./g711.ts";

/** What is looked up of one law, for code that runs per sample. */
export interface LawTables {
  /** The sample of each octet. */
  readonly samples: Int16Array;
  /** The octet of each sample, by the sample plus 32,768. */
  readonly octets: Uint8Array;
}

/** Tables of both laws, 129 KiB. */
export type G711Tables = Readonly<Record<G711Law, LawTables>>;

export function newG711Tables(): G711Tables {
  const tables = (decode: (octet: number) => number, encode: (sample: number) => number): LawTables => ({
    samples: new Int16Array(256).map((_, octet) => decode(octet)),
    octets: new Uint8Array(65_536).map((_, index) => encode(index - 32_768)),
  });
  return { PCMU: tables(decodeMuLaw, encodeMuLaw), PCMA: tables(decodeALaw, encodeALaw) };
}
