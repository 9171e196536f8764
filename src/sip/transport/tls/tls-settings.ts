/** A certificate with its key: paths of PEM files; the certificate's file may hold the chain. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** TLS of all `tls` and `wss` listeners and of connections that we make. */
export interface TlsSettings extends CertificateFiles {
  /** PEM file of authorities that peers' certificates are checked by. Absent: the well-known ones. */
  readonly ca?: string;
  /** Other certificates for peers that ask for a name (SNI); a name may begin with `*.`. */
  readonly hosts?: readonly (CertificateFiles & { readonly name: string })[];
  /** Asks peers that connect for a certificate; without one, or with one that cannot be verified, they have no name. */
  readonly requestClientCertificate?: boolean;
  /** False: servers that we connect to may show any certificate. */
  readonly verifyServers?: boolean;
}
