import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { nodePaths, type NodePaths } from "../../../src/config/index.ts";
import { prepareDataDir } from "../../../src/main/node/data-dir.ts";
import type { NodeSettings } from "../../../src/main/node/node-file.ts";
import { prepareTls } from "../../../src/main/node/tls-certificate.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { nodeSettings } from "../../support/node-settings.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const DAY_MS = 86_400_000;

describe("the node's own certificate", () => {
  let folder: TemporaryDirectory;
  let paths: NodePaths;
  let settings: NodeSettings;
  let told: string[];
  beforeEach(async () => {
    folder = new TemporaryDirectory("certificate");
    paths = nodePaths(folder.join("data"));
    prepareDataDir(paths);
    told = [];
    settings = await nodeSettings(paths.dataDir, {
      listeners: [
        { protocol: "tls", address: "127.0.0.1", port: 0, advertised: { address: "192.0.2.1" } },
        { protocol: "tls", address: "::1", port: 0 },
      ],
      tls: { certificate: paths.tlsCertificate, key: paths.tlsKey },
    });
  });
  afterEach(() => folder.close());
  const prepare = (clock = new ManualClock(), changes: Partial<NodeSettings> = {}): Promise<void> => {
    return prepareTls({ ...settings, ...changes }, paths, clock, (line) => told.push(line));
  };
  const serial = (): string => new X509Certificate(readFileSync(paths.tlsCertificate)).serialNumber;

  it("given none, when prepared, then one is made for the realm and all addresses, for its user only", async () => {
    await prepare();
    const certificate = new X509Certificate(readFileSync(paths.tlsCertificate));
    assert.equal(certificate.checkHost("tandem.test"), "tandem.test");
    for (const address of ["127.0.0.1", "192.0.2.1", "::1"]) assert.notEqual(certificate.checkIP(address), undefined);
    assert.equal(statSync(paths.tlsKey).mode & 0o777, 0o600);
    assert.deepEqual(told, [`made a certificate for TLS, signed by itself: ${paths.tlsCertificate}`]);
  });
  it("given one, when prepared again, then it stays until it is about to run out or is damaged", async () => {
    const clock = new ManualClock();
    await prepare(clock);
    const first = serial();
    await prepare(clock);
    assert.equal(serial(), first);
    await prepare(new ManualClock(clock.wallMs() + 3_621 * DAY_MS));
    const second = serial();
    assert.notEqual(second, first);
    writeFileSync(paths.tlsCertificate, "damaged");
    await prepare(clock);
    assert.deepEqual([serial() === second, told.length], [false, 3]);
  });
  it("given no secure listener, when prepared, then nothing is made", async () => {
    const { tls: _tls, ...others } = settings;
    await prepareTls(others, paths, new ManualClock(), (line) => told.push(line));
    assert.throws(() => statSync(paths.tlsCertificate), { code: "ENOENT" });
  });
  it("given files of one's own that can not be used, when prepared, then it is said and none is made", async () => {
    const tls = { certificate: folder.join("mine.pem"), key: folder.join("mine.key") };
    await assert.rejects(prepare(undefined, { tls }), { code: "bad-certificate", message: /mine\.pem/ });
    assert.deepEqual(told, []);
  });
});
