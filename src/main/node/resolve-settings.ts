import { computeHa1, type Ha1 } from "../../common/index.ts";
import type { SipProfile } from "../../call/device/sip-profile.ts";
import type { LoadedConfig, TandemConfig } from "../../config/index.ts";
import { nodePaths } from "../../config/node-paths.ts";
import type { SipListener, TlsSettings } from "../../sip/index.ts";
import type { NodeSettings, PhoneRecord } from "./node-file.ts";

/** Turns a checked configuration into what services start from; passwords become hashes here. */
export function resolveSettings({ config, profiles }: LoadedConfig, dataDir: string): NodeSettings {
  const { node, sip, edge, http, media, call, cti, log, security, trace } = config;
  const drachtio = drachtioOf(edge);
  const { address, port, hostNames, token } = http;
  const isSecure = ({ transport }: TandemConfig["sip"]["listen"][number]): boolean => /^(tls|wss)$/.test(transport);
  const isCtiSecure = cti.listen.some(({ transport }) => transport === "wss");
  const hasSecure = (drachtio === undefined && sip.listen.some(isSecure)) || isCtiSecure;
  return {
    name: node.name,
    dataDir,
    orphanGraceSeconds: node.orphanGraceSeconds,
    realm: sip.realm,
    listeners: drachtio === undefined ? sip.listen.map(listenerOf) : [],
    ...(hasSecure ? { tls: tlsOf(sip.tls, dataDir) } : {}),
    webSocket: defined(sip.webSocket),
    dns: sip.dns,
    ...(drachtio === undefined ? {} : { drachtio }),
    http: { address, port, hostNames, ...(token === undefined ? {} : { token: token.reveal() }) },
    cti: ctiOf(cti),
    media: defined(media),
    call,
    log,
    security,
    trace,
    profiles: [...profiles.values()].map((profile): SipProfile => {
      const { name, kind, transports, digestAlgorithms, digestLegacy, registration, session, media: rtp } = profile;
      const { ringSeconds, remoteAnswer } = profile;
      const times = { registration, session, ringSeconds };
      return { name, kind, transports, digestAlgorithms, digestLegacy, ...times, media: rtp, remoteAnswer };
    }),
    phones: config.phones.map((phone) => phoneRecord(phone, sip.realm, profiles)),
    // Only the embedded edge keeps others from claiming a certificate.
    peers: drachtio === undefined ? config.peers : config.peers.map((peer) => ({ ...peer, certificateNames: [] })),
  };
}

function listenerOf(given: TandemConfig["sip"]["listen"][number]): SipListener {
  const { transport: protocol, address, port, advertisedAddress, advertisedPort } = given;
  if (advertisedAddress === undefined) return { protocol, address, port };
  return { protocol, address, port, advertised: { address: advertisedAddress, port: advertisedPort ?? port } };
}

function ctiOf({ listen, ...rest }: TandemConfig["cti"]): NodeSettings["cti"] {
  return { listeners: listen, ...rest };
}

/** The node's own certificate where the configuration names none. */
function tlsOf({ certificate, key, ca, ...rest }: TandemConfig["sip"]["tls"], dataDir: string): TlsSettings {
  const paths = nodePaths(dataDir);
  return {
    certificate: certificate ?? paths.tlsCertificate,
    key: key ?? paths.tlsKey,
    ...(ca === undefined ? {} : { ca }),
    ...rest,
  };
}

/** The port that a drachtio server listens on for applications when nothing else is said. */
const DRACHTIO_PORT = 9022;

function drachtioOf({ kind, host, port, secret }: TandemConfig["edge"]): NodeSettings["drachtio"] {
  if (kind === "embedded" || host === undefined || secret === undefined) return undefined;
  return { host, port: port ?? DRACHTIO_PORT, secret: secret.reveal() };
}

function phoneRecord(
  phone: TandemConfig["phones"][number],
  realm: string,
  profiles: LoadedConfig["profiles"],
): PhoneRecord {
  const { name, number: directoryNumber, displayName, profile, maxCalls } = phone;
  const user = phone.user ?? directoryNumber;
  const algorithms = profiles.get(profile)?.digestAlgorithms ?? [];
  const ha1: Ha1 =
    phone.password === undefined
      ? defined({ MD5: phone.ha1?.MD5?.reveal(), "SHA-256": phone.ha1?.["SHA-256"]?.reveal() })
      : computeHa1(algorithms, { user, realm, password: phone.password.reveal() });
  return { name, directoryNumber, ...defined({ displayName }), user, ha1, profile, maxCalls };
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

/** The same without keys whose value is undefined. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Defined<T>;
}
