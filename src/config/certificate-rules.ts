import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { errorCodeOf, errorMessageOf } from "../common/index.ts";
import type { ConfigDraft } from "./draft.ts";
import type { Fault } from "./fault.ts";
import type { ConfigPath } from "./yaml-source.ts";

/**
 * Rules about the files that secure listeners need: they are there, are PEM, and each key fits its certificate.
 * @param folder where relative paths start
 */
export function certificateFaults({ sip, edge, cti }: ConfigDraft, folder: string): Fault[] {
  const isSecure = sip?.listen.some(({ transport }) => transport === "tls" || transport === "wss") ?? false;
  const isCtiSecure = cti?.listen.some(({ transport }) => transport === "wss") ?? false;
  if (sip === undefined || !((isSecure && edge?.kind !== "drachtio") || isCtiSecure)) return [];
  const { certificate, key, ca, hosts } = sip.tls;
  return [
    ...(certificate === undefined || key === undefined ? [] : pairFaults(["sip", "tls"], certificate, key, folder)),
    ...hosts.flatMap((host, index) => pairFaults(["sip", "tls", "hosts", index], host.certificate, host.key, folder)),
    ...(ca === undefined ? [] : faultsOf(["sip", "tls", "ca"], readCertificate(resolve(folder, ca)))),
  ];
}

function pairFaults(at: ConfigPath, certificateFile: string, keyFile: string, folder: string): Fault[] {
  const certificate = readCertificate(resolve(folder, certificateFile));
  const key = readPem(resolve(folder, keyFile), "a private key without a password", createPrivateKey);
  const faults = [...faultsOf([...at, "certificate"], certificate), ...faultsOf([...at, "key"], key)];
  if (!certificate.ok || !key.ok || certificate.value.checkPrivateKey(key.value)) return faults;
  return [{ path: [...at, "key"], reason: `${keyFile} is not the key of ${certificateFile}` }];
}

type Read<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly reason: string };

function faultsOf(path: ConfigPath, read: Read<unknown>): Fault[] {
  return read.ok ? [] : [{ path, reason: read.reason }];
}

function readCertificate(file: string): Read<X509Certificate> {
  return readPem(file, "a certificate", (text) => new X509Certificate(text));
}

function readPem<Value>(file: string, what: string, parse: (text: string) => Value): Read<Value> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const isAbsent = errorCodeOf(error) === "ENOENT";
    return { ok: false, reason: isAbsent ? `there is no file ${file}` : `cannot be read: ${errorMessageOf(error)}` };
  }
  try {
    return { ok: true, value: parse(text) };
  } catch {
    return { ok: false, reason: `expected a PEM file with ${what}, found something else in ${file}` };
  }
}
