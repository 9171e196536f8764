import assert from "node:assert/strict";
import { join } from "node:path";
import { parseConfig } from "../../../src/config/index.ts";
import { demoConfig, demoPhones } from "../../../src/main/launch/demo-config.ts";
import { demoWelcome } from "../../../src/main/launch/demo-welcome.ts";

const profiles = join(import.meta.dirname, "../../../sip-profiles");
const addresses = { bind: "127.0.0.1", sipPort: 5060, tlsPort: 5061, httpPort: 8080, ctiPort: 2748 };
const noSecret = (): string => assert.fail("no secret is needed");

describe("the demo", () => {
  it("given loopback, when configured, then ten phones have their usual passwords and the file's rules hold", () => {
    const phones = demoPhones("127.0.0.1", noSecret);
    assert.deepEqual(phones[0], { number: "1001", password: "demo-1001" });
    assert.deepEqual(phones[9], { number: "1010", password: "demo-1010" });
    const { config } = parseConfig("demo", JSON.stringify(demoConfig(addresses, phones)), "/", profiles);
    assert.equal(config.phones.length, 10);
    assert.deepEqual(config.call.endpoints, { "9196": "echo", "9197": "demo" });
    assert.deepEqual(
      config.sip.listen.map(({ transport, address, port }) => `${transport} ${address}:${port}`),
      ["udp 127.0.0.1:5060", "tcp 127.0.0.1:5060", "tls 127.0.0.1:5061"],
    );
    assert.equal(config.node.orphanGraceSeconds, 10);
    assert.equal(config.http.address, "127.0.0.1");
  });

  it("given another address, when configured, then passwords are made of the secret, each its own", () => {
    const phones = demoPhones("192.0.2.7", () => "one secret");
    const again = demoPhones("192.0.2.7", () => "one secret");
    const others = demoPhones("192.0.2.7", () => "other secret");
    assert.deepEqual(phones, again);
    assert.equal(new Set([...phones, ...others].map(({ password }) => password)).size, 20);
    for (const { password } of phones) assert.match(password, /^[0-9a-f]{16}$/);
    const { config } = parseConfig(
      "demo",
      JSON.stringify(demoConfig({ ...addresses, bind: "192.0.2.7" }, phones)),
      "/",
      profiles,
    );
    assert.equal(config.media.address, "192.0.2.7");
    assert.equal(config.http.address, "127.0.0.1");
  });

  it("given loopback, when greeted, then the accounts and a command for each client are named with the port", () => {
    const text = demoWelcome(
      { ...addresses, sipPort: 5070 },
      demoPhones("127.0.0.1", noSecret),
      "/d/sipp-echo.xml",
    ).join("\n");
    for (const part of [
      "127.0.0.1:5070",
      "127.0.0.1:5061;transport=tls",
      "http://127.0.0.1:8080/",
      "demo-1001",
      "9196",
      "9197",
      "baresip",
      "Linphone",
      "sipp",
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  it("given another address, when greeted, then every password is printed", () => {
    const phones = demoPhones("192.0.2.7", () => "one secret");
    const text = demoWelcome({ ...addresses, bind: "192.0.2.7" }, phones, "/d/sipp-echo.xml").join("\n");
    for (const { number, password } of phones) assert.ok(text.includes(`${number}  ${password}`));
  });
});
