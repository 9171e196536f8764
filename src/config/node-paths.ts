import { join } from "node:path";

/** Where the files of a node are; all below its data-dir. */
export interface NodePaths {
  readonly dataDir: string;
  /** Sockets, secrets and process ids; mode 0700. */
  readonly runDir: string;
  readonly stateDir: string;
  readonly recordsDir: string;
  readonly logDir: string;
  /** What the services start from. */
  readonly nodeFile: string;
  readonly wireSecretFile: string;
  /** What the demo's passwords are made of when it is not bound to loopback. */
  readonly demoSecretFile: string;
  /** What the command line signs in with; another one at each start of the admin service. */
  readonly adminTokenFile: string;
  /** The password of user `admin` until it is changed. */
  readonly firstPasswordFile: string;
  readonly auditLog: string;
  /** Who commanded what over CTI. */
  readonly ctiAuditLog: string;
  /** A call to the demo's echo, for SIPp. */
  readonly sippScenarioFile: string;
  /** The certificate that the node makes for itself, and its key. */
  readonly tlsCertificate: string;
  readonly tlsKey: string;
  /** The configuration of phones, numbers, trunks and users. */
  readonly configurationFile: string;
  /** What of it the node's own file declared at the last start. */
  readonly declaredFile: string;
  /** What secrets of the configuration are sealed with. */
  readonly secretKey: string;
  readonly supervisorLock: string;
  /** Control channel of a service, or of the `supervisor`. */
  readonly socket: (service: string) => string;
  /** Process id and start time of a service, written by itself. */
  readonly pidFile: (service: string) => string;
}

/** The files of the node in `dataDir`, an absolute path. */
export function nodePaths(dataDir: string): NodePaths {
  const runDir = join(dataDir, "run");
  return {
    dataDir,
    runDir,
    stateDir: join(dataDir, "state"),
    recordsDir: join(dataDir, "records"),
    logDir: join(dataDir, "log"),
    nodeFile: join(runDir, "node.json"),
    wireSecretFile: join(runDir, "wire.secret"),
    demoSecretFile: join(runDir, "demo.secret"),
    adminTokenFile: join(runDir, "admin.token"),
    firstPasswordFile: join(runDir, "first-password"),
    auditLog: join(dataDir, "log", "audit.log"),
    ctiAuditLog: join(dataDir, "log", "cti-audit.log"),
    sippScenarioFile: join(dataDir, "sipp-echo.xml"),
    tlsCertificate: join(dataDir, "state", "tls-certificate.pem"),
    tlsKey: join(dataDir, "state", "tls-key.pem"),
    configurationFile: join(dataDir, "state", "configuration.db"),
    declaredFile: join(dataDir, "state", "declared.json"),
    secretKey: join(dataDir, "state", "secret.key"),
    supervisorLock: join(runDir, "supervisor.lock"),
    socket: (service) => join(runDir, `${service}-1.sock`),
    pidFile: (service) => join(runDir, `${service}-1.pid`),
  };
}
