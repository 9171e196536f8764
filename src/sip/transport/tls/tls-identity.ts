import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { type Clock, errorMessageOf, type Logger, type Timer } from "../../../common/index.ts";
import { TransportError } from "../transport-error.ts";
import type { CertificateFiles, TlsSettings } from "./tls-settings.ts";

/** How often the files are looked at. */
const CHECK_MS = 5_000;

interface Loaded {
  /** All that was read: equal as long as no file changes. */
  readonly fingerprint: string;
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
  readonly byName: ReadonlyMap<string, SecureContext>;
}

/**
 * The certificates and keys we show, read again when their files change: connections that are there keep what they
 * began with, new ones get the new. Files that can not be used leave the former in use.
 */
export class TlsIdentity {
  readonly #settings: TlsSettings;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #listeners: (() => void)[] = [];
  #loaded: Loaded | undefined;
  #timer: Timer | undefined;
  #refused = "";
  #isClosed = false;

  constructor(settings: TlsSettings, clock: Clock, logger: Logger) {
    this.#settings = settings;
    this.#clock = clock;
    this.#logger = logger;
  }

  get requestsClientCertificate(): boolean {
    return this.#settings.requestClientCertificate === true;
  }

  get verifiesServers(): boolean {
    return this.#settings.verifyServers !== false;
  }

  /** What a server for peers that name no host is made of. */
  get options(): SecureContextOptions {
    return this.#current.options;
  }

  /** What we show as a client, and to peers that name no host we know. */
  get context(): SecureContext {
    return this.#current.context;
  }

  /** What is shown to a peer that asks for a name. */
  contextFor(name: string): SecureContext {
    const { context, byName } = this.#current;
    const host = name.toLowerCase();
    return byName.get(host) ?? byName.get(`*${host.slice(Math.max(0, host.indexOf(".")))}`) ?? context;
  }

  /** Called after other certificates were taken into use. */
  onChanged(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Reads the files and watches them from then on.
   * @throws {TransportError} `bad-certificate`
   */
  async start(): Promise<void> {
    this.#loaded = load(this.#settings, await readAll(this.#settings));
    this.#watch();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  get #current(): Loaded {
    if (this.#loaded === undefined) throw new TransportError("bad-certificate", "no certificate has been read");
    return this.#loaded;
  }

  #watch(): void {
    if (this.#isClosed) return;
    this.#timer = this.#clock.after(CHECK_MS, () => void this.#check());
  }

  async #check(): Promise<void> {
    try {
      const files = await readAll(this.#settings);
      if (files.fingerprint !== this.#loaded?.fingerprint && files.fingerprint !== this.#refused) {
        this.#refused = files.fingerprint;
        this.#loaded = load(this.#settings, files);
        this.#refused = "";
        for (const listener of this.#listeners) listener();
        this.#logger.info("certificates read again", { certificate: this.#settings.certificate });
      }
    } catch (error) {
      // Perhaps one of two files is written and the other is not yet: the next look finds both.
      this.#logger.error("certificate files can not be used, the former stay in use", { error: errorMessageOf(error) });
    }
    this.#watch();
  }
}

/**
 * Reads certificates and keys as a listener would, and lets them go again.
 * @throws {TransportError} `bad-certificate`
 */
export async function checkTlsFiles(settings: TlsSettings): Promise<void> {
  load(settings, await readAll(settings));
}

interface FilesRead {
  readonly fingerprint: string;
  readonly texts: ReadonlyMap<string, string>;
}

async function readAll(settings: TlsSettings): Promise<FilesRead> {
  const { ca, hosts = [] } = settings;
  const pairs: CertificateFiles[] = [settings, ...hosts];
  const paths = [...pairs.flatMap(({ certificate, key }) => [certificate, key]), ...(ca === undefined ? [] : [ca])];
  const texts = new Map<string, string>();
  for (const path of paths) texts.set(path, await readPem(path));
  return { texts, fingerprint: [...texts.values()].join("\n") };
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TransportError("bad-certificate", `${path}: ${errorMessageOf(cause)}`, { path }, { cause });
  }
}

function load(settings: TlsSettings, { texts, fingerprint }: FilesRead): Loaded {
  const authorities = settings.ca === undefined ? {} : { ca: texts.get(settings.ca) ?? "" };
  const optionsOf = ({ certificate, key }: CertificateFiles): SecureContextOptions => {
    return { cert: texts.get(certificate) ?? "", key: texts.get(key) ?? "", ...authorities, minVersion: "TLSv1.2" };
  };
  const contextOf = (files: CertificateFiles): SecureContext => {
    try {
      return createSecureContext(optionsOf(files));
    } catch (cause) {
      const { certificate, key } = files;
      const text = `${certificate} and ${key} can not be used: ${errorMessageOf(cause)}`;
      throw new TransportError("bad-certificate", text, { certificate, key }, { cause });
    }
  };
  const byName = new Map((settings.hosts ?? []).map((host) => [host.name.toLowerCase(), contextOf(host)]));
  return { fingerprint, options: optionsOf(settings), context: contextOf(settings), byName };
}
