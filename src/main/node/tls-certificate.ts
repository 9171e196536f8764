import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Clock } from "../../common/index.ts";
import type { NodePaths } from "../../config/node-paths.ts";
// Not by the index: the command line would load the whole edge with it.
import { checkTlsFiles } from "../../sip/transport/tls/tls-identity.ts";
import type { SipListener } from "../../sip/index.ts";
import type { NodeSettings } from "./node-file.ts";

const DAY_MS = 86_400_000;
const VALID_DAYS = 3_650;
/** A certificate of ours is made anew when it has less than this left. */
const RENEW_DAYS = 30;
const MAX_NAMES = 64;

/**
 * Sees to it that secure listeners have what they need: makes the node's own certificate where none is named, and checks
 * the files.
 * @throws {SwitchError} `bad-certificate`
 */
export async function prepareTls(
  settings: NodeSettings,
  paths: NodePaths,
  clock: Clock,
  report: (line: string) => void,
): Promise<void> {
  const { tls } = settings;
  if (tls === undefined) return;
  if (tls.certificate === paths.tlsCertificate && !isStillGood(paths, clock)) {
    await makeOwnCertificate(settings, paths, clock);
    report(`made a certificate for TLS, signed by itself: ${paths.tlsCertificate}`);
  }
  await checkTlsFiles(tls);
}

function isStillGood({ tlsCertificate, tlsKey }: NodePaths, clock: Clock): boolean {
  if (!existsSync(tlsCertificate) || !existsSync(tlsKey)) return false;
  try {
    const { validTo } = new X509Certificate(readFileSync(tlsCertificate));
    return Date.parse(validTo) - clock.wallMs() > RENEW_DAYS * DAY_MS;
  } catch {
    return false;
  }
}

async function makeOwnCertificate(settings: NodeSettings, paths: NodePaths, clock: Clock): Promise<void> {
  // Loaded when it is needed only: it is not small.
  const { generate } = await import("selfsigned");
  const nowMs = clock.wallMs();
  const { cert, private: key } = await generate([{ name: "commonName", value: settings.realm }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(nowMs - DAY_MS),
    notAfterDate: new Date(nowMs + VALID_DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: settings.realm },
          { type: 2, value: "localhost" },
          ...ownAddresses(settings).map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  // The key first: whoever sees the certificate finds the key that fits.
  writeInOnePiece(paths.tlsKey, key);
  writeInOnePiece(paths.tlsCertificate, cert);
}

/** Addresses that peers may know us by. */
function ownAddresses({ listeners, cti }: NodeSettings): string[] {
  const ofHost = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const all: readonly Pick<SipListener, "address" | "advertised">[] = [...listeners, ...cti.listeners];
  const addresses = all.flatMap(({ address, advertised }) => {
    const family = address.includes(":") ? "IPv6" : "IPv4";
    const isAll = address === "0.0.0.0" || address === "::";
    const bound = isAll ? ofHost.filter((entry) => entry.family === family).map((entry) => entry.address) : [address];
    return [...bound, ...(advertised === undefined ? [] : [advertised.address])];
  });
  return [...new Set(addresses)].slice(0, MAX_NAMES);
}

function writeInOnePiece(path: string, text: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}
