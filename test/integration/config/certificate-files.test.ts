import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError, loadConfig } from "../../../src/config/index.ts";
import { makeCertificate, writePair } from "../../support/certificates.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const profiles = join(import.meta.dirname, "../../../sip-profiles");

describe("certificate files of a configuration", () => {
  let folder: TemporaryDirectory;
  before(async () => {
    folder = new TemporaryDirectory("certificate-files");
    for (const name of ["one", "two"]) writePair(folder, name, await makeCertificate([`${name}.test`]));
    writeFileSync(folder.join("text.pem"), "no certificate\n");
  });
  after(() => {
    folder.close();
  });

  function problemsOf(tls: string, transport = "tls"): string[] {
    const file = folder.join("tandem.yaml");
    writeFileSync(file, `sip:\n  listen: [{ transport: ${transport}, address: 127.0.0.1 }]\n  tls: ${tls}\n`);
    try {
      loadConfig(file, profiles);
      return [];
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.problems.map(({ line, path, reason }) => `${line}: ${path}: ${reason.replaceAll(folder.path, "F")}`);
    }
  }

  it("given files that fit, by relative paths, when loaded, then all is well", () => {
    const hosts = "hosts: [{ name: two.test, certificate: two.pem, key: two.key }]";
    assert.deepEqual(problemsOf(`{ certificate: one.pem, key: one.key, ca: two.pem, ${hosts} }`), []);
    assert.deepEqual(problemsOf("{}"), []);
  });

  it("given files that are not there, when loaded, then each is named with its place", () => {
    assert.deepEqual(problemsOf("{ certificate: none.pem, key: none.key, ca: none.ca }"), [
      "3: sip.tls.certificate: there is no file F/none.pem",
      "3: sip.tls.key: there is no file F/none.key",
      "3: sip.tls.ca: there is no file F/none.ca",
    ]);
  });

  it("given files of another kind, or a folder, when loaded, then what was expected is told", () => {
    assert.deepEqual(problemsOf("{ certificate: text.pem, key: one.pem }"), [
      "3: sip.tls.certificate: expected a PEM file with a certificate, found something else in F/text.pem",
      "3: sip.tls.key: expected a PEM file with a private key without a password, found something else in F/one.pem",
    ]);
    assert.match(
      problemsOf("{ certificate: ., key: one.key }").join(),
      /sip\.tls\.certificate: cannot be read: EISDIR/,
    );
  });

  it("given the key of another certificate, when loaded, then that is told", () => {
    assert.deepEqual(
      problemsOf(
        "{ certificate: one.pem, key: one.key, hosts: [{ name: two.test, certificate: two.pem, key: one.key }] }",
      ),
      ["3: sip.tls.hosts[0].key: one.key is not the key of two.pem"],
    );
  });

  it("given no secure listener, when loaded, then nobody looks at them", () => {
    assert.deepEqual(problemsOf("{ certificate: none.pem, key: none.key }", "udp"), []);
  });
});
