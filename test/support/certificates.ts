import { writeFileSync } from "node:fs";
import { generate } from "selfsigned";
import type { TlsSettings } from "../../src/sip/index.ts";
import type { TemporaryDirectory } from "./temporary-directory.ts";

/** A certificate and its key in PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

/** An authority of the test's own. */
export async function makeAuthority(): Promise<PemPair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "Test authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert, key };
}

/** A certificate for names (the first is its common name, too), 127.0.0.1 and ::1; signed by itself without `ca`. */
export async function makeCertificate(
  names: readonly string[],
  { ca, uris = [] }: { readonly ca?: PemPair; readonly uris?: readonly string[] } = {},
): Promise<PemPair> {
  const { cert, private: key } = await generate([{ name: "commonName", value: names[0] ?? "" }], {
    keyType: "ec",
    algorithm: "sha256",
    ...(ca === undefined ? {} : { ca }),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...uris.map((value) => ({ type: 6 as const, value })),
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  return { cert, key };
}

/** Writes a pair into a folder as `NAME.pem` and `NAME.key`, and tells the paths. */
export function writePair(
  folder: TemporaryDirectory,
  name: string,
  { cert, key }: PemPair,
): Pick<TlsSettings, "certificate" | "key"> {
  const paths = { certificate: folder.join(`${name}.pem`), key: folder.join(`${name}.key`) };
  writeFileSync(paths.certificate, cert);
  writeFileSync(paths.key, key);
  return paths;
}
