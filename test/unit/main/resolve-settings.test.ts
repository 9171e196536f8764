import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { parseConfig } from "../../../src/config/index.ts";
import { configIdOf, type NodeSettings } from "../../../src/main/node/node-file.ts";
import { resolveSettings } from "../../../src/main/node/resolve-settings.ts";

function settingsOf(document: string): NodeSettings {
  return resolveSettings(parseConfig("t", document, "/", join(import.meta.dirname, "../../../sip-profiles")), "/data");
}

describe("resolveSettings", () => {
  it("given a password, when resolved, then only its hash is kept", () => {
    const settings = settingsOf('phones: [{ name: a, number: "1001", password: s3cret, displayName: Ann }]');
    const md5 = createHash("md5").update("1001:tandem.local:s3cret").digest("hex");
    assert.deepEqual(settings.phones, [
      {
        name: "a",
        directoryNumber: "1001",
        displayName: "Ann",
        user: "1001",
        ha1: { MD5: md5 },
        profile: "standard-phone",
        maxCalls: settings.phones[0]?.maxCalls,
      },
    ]);
    assert.doesNotMatch(JSON.stringify(settings), /s3cret/);
  });

  it("given hashes, when resolved, then they are kept as they are", () => {
    const ha1 = "a".repeat(32);
    const [phone] = settingsOf(`phones: [{ name: a, number: "1001", user: ann, ha1: { MD5: ${ha1} } }]`).phones;
    assert.deepEqual(phone?.ha1, { MD5: ha1 });
    assert.equal(phone?.user, "ann");
    assert.equal("displayName" in (phone ?? {}), false);
  });

  it("given a document, when resolved, then what services need is plain data that survives JSON", () => {
    const settings = settingsOf(
      "http: { token: 0123456789abcdef-token }\npeers: [{ name: p, addresses: [192.0.2.1], uri: 'sip:192.0.2.1', prefixes: ['9'] }]",
    );
    assert.deepEqual(JSON.parse(JSON.stringify(settings)), settings);
    assert.equal(settings.http.token, "0123456789abcdef-token");
    assert.deepEqual(settings.listeners[0], { protocol: "udp", address: "127.0.0.1", port: 5060 });
    assert.equal(settings.profiles.find(({ name }) => name === "trunk")?.kind, "trunk");
  });

  it("given a drachtio server, when resolved, then it is named and there are no listeners of our own", () => {
    const settings = settingsOf("edge: { kind: drachtio, host: sbc.example, secret: cymru }");
    assert.deepEqual(settings.drachtio, { host: "sbc.example", port: 9022, secret: "cymru" });
    assert.deepEqual(settings.listeners, []);
    assert.equal("drachtio" in settingsOf(""), false);
  });

  it("given the same document twice, when named, then the name is the same, and another for another", () => {
    assert.equal(configIdOf(settingsOf("")), configIdOf(settingsOf("")));
    assert.notEqual(configIdOf(settingsOf("")), configIdOf(settingsOf("sip: { realm: other.example }")));
  });
});
