/** Where a REGISTER came from. `address` is a literal IP. */
export interface BindingSource {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
}

/** One contact of a phone (RFC 3261 10). Plain data, persisted as it is. */
export interface Binding {
  /** Address of record of the phone's line. */
  readonly aor: string;
  /** The contact's URI exactly as the phone wrote it. */
  readonly contactUri: string;
  readonly callId: string;
  readonly cseq: number;
  /** 0 to 1; 1 when the phone gave none. */
  readonly q: number;
  /** Wall-clock milliseconds. */
  readonly expiresAtMs: number;
  /** Wall-clock milliseconds of the last REGISTER that named it. */
  readonly refreshedAtMs: number;
  /** The same of the first one, since when it was there without a break; absent: from an older version. */
  readonly sinceMs?: number;
  /** `+sip.instance` as written, without quotes: `<urn:uuid:...>`. */
  readonly instance?: string;
  /** RFC 5626 flow number within the instance. */
  readonly regId?: number;
  readonly source: BindingSource;
  /** Route set towards the phone (RFC 3327), as Route values; absent: none. */
  readonly path?: readonly string[];
  /** What goes into the Request-URI. */
  readonly targetUri: string;
  /** Where to send the request instead of to `targetUri`: the flow of a phone behind NAT or on TCP, for example `sip:192.0.2.7:40112;transport=tcp`. */
  readonly proxyUri?: string;
  /** `targetUri` can be tried when the flow of `proxyUri` is gone: the phone listens there. */
  readonly isDialable?: boolean;
  readonly userAgent?: string;
  /** Tells whether the phone still has the credentials that it registered with; absent: from an older version. */
  readonly keyMark?: string;
}
