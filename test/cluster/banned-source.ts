// Run in a network namespace of its own, in which 192.0.2.66 is an address of this host: see banned-source.test.ts.
import assert from "node:assert/strict";
import { Cleanup } from "../support/cleanup.ts";
import { eventually } from "../support/eventually.ts";
import { exchangeUdp, optionsRequest } from "../support/raw-sip.ts";
import { SipPhone } from "../support/sip-phone.ts";
import { tandem, TandemNode } from "../support/tandem-node.ts";

const STRANGER = "192.0.2.66";
/** One more than a source may get wrong. */
const ATTEMPTS = 110;

const cleanup = new Cleanup();
try {
  const node = cleanup.add(await TandemNode.start(), (started) => started.stop());
  const server = { address: "127.0.0.1", port: node.sipPort };
  const phone = async (number: string, password: string, address: string): Promise<SipPhone> =>
    cleanup.add(await SipPhone.start({ number, user: number, password, server, address }), (one) => one.close());
  const bans = async (): Promise<readonly { address: string; reason: string }[]> =>
    (await node.ask("edge", "bans")) as readonly { address: string; reason: string }[];

  for (let index = 0; index < ATTEMPTS && (await bans()).length === 0; index += 1) {
    const guesser = await phone(String(2_000 + index), "guess", STRANGER);
    // The last one gets no answer.
    const { status } = await guesser.register().catch(() => ({ status: 0 }));
    assert.notEqual(status, 200);
  }
  assert.deepEqual(
    (await bans()).map(({ address, reason }) => `${address} ${reason}`),
    [`${STRANGER} authentication`],
    "who tries passwords is banned",
  );

  const good = await phone("1001", "demo-1001", STRANGER);
  await assert.rejects(good.register(), "nothing is taken from a banned source");
  const target = { host: server.address, port: server.port };
  const ping = await exchangeUdp(target, (port) => [Buffer.from(optionsRequest("UDP", port, target))], 2_000);
  assert.match(ping ?? "", /^SIP\/2\.0 200 /, "others are served");

  const remove = tandem(["security", "bans", "remove", STRANGER, "--data-dir", node.dataDir]);
  assert.equal((await remove.exited(10_000)).code, 0, remove.output);
  const again = await phone("1001", "demo-1001", STRANGER);
  await eventually(
    async () => assert.equal((await again.register()).status, 200, "a source that was let in again registers"),
    { timeoutMs: 5_000 },
  );

  assert.equal(
    await node.ask("edge", "ban", { address: STRANGER }),
    false,
    "a registered phone's address is not banned",
  );
  await node.serviceAgain("edge", await node.killService("edge"), 5_000);
  await eventually(
    async () => assert.equal(await node.ask("edge", "ban", { address: STRANGER }), false, "also by the next edge"),
    { timeoutMs: 5_000 },
  );
  console.log("all is well");
} finally {
  await cleanup.run();
}
