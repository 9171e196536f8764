import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TrunkState } from "../../src/call/index.ts";
import { Cleanup } from "../support/cleanup.ts";
import { checkedCredentials } from "../support/digest-check.ts";
import { eventually } from "../support/eventually.ts";
import { headerOf, SipPeer } from "../support/sip-peer.ts";
import { TandemNode } from "../support/tandem-node.ts";

const ACCOUNT = { user: "line-4", password: "pässwörd €" };
const CHALLENGE = 'WWW-Authenticate: Digest realm="provider", nonce="n-1", algorithm=SHA-256, qop="auth"';

describe("a trunk that a node registers with", () => {
  let cleanup: Cleanup;
  let node: TandemNode;
  let registrar: SipPeer;
  beforeEach(async () => {
    cleanup = new Cleanup();
    registrar = cleanup.add(await SipPeer.start("127.0.0.9"), (one) => one.close());
    node = cleanup.add(await TandemNode.start(), (one) => one.stop());
  });
  afterEach(async () => {
    await cleanup.run();
  });

  async function configure(): Promise<void> {
    const token = readFileSync(join(node.dataDir, "run", "admin.token"), "utf8").trim();
    const uri = `sip:127.0.0.9:${registrar.port}`;
    const response = await fetch(`${node.http}/api/v1/trunks`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        name: "provider",
        uri,
        registration: { registrar: uri, user: ACCOUNT.user },
        password: ACCOUNT.password,
        pingSeconds: 0,
      }),
    });
    const text = await response.text();
    assert.equal(response.status, 201, text);
    assert.ok(!text.includes(ACCOUNT.password));
  }

  function answer(request: string, status: string, lines: readonly string[] = []): void {
    registrar.respond(node.sipPort, request, status, "r1", lines);
  }

  /** The next REGISTER with credentials that are right, accepted. */
  async function accepted(): Promise<string> {
    const first = await registrar.take("REGISTER", 5_000);
    answer(first, "401 Unauthorized", [CHALLENGE]);
    const second = await registrar.take("REGISTER");
    checkedCredentials(headerOf(second, "Authorization"), "REGISTER", ACCOUNT);
    answer(second, "200 OK", [`Contact: ${headerOf(second, "Contact")};expires=600`]);
    return second;
  }

  function inState(state: string, reason?: string): Promise<void> {
    return eventually(
      async () => {
        const [trunk] = (await node.ask("callmanager", "trunks")) as TrunkState[];
        assert.equal(trunk?.state, state);
        assert.equal(trunk.reason, reason);
      },
      { timeoutMs: 10_000, intervalMs: 20 },
    );
  }

  it("given a trunk that is configured while the node runs, when call control is killed and the node is stopped, then it registers once, is up again at once, and unregisters", async () => {
    await configure();
    const request = await accepted();
    await inState("up");
    assert.equal(statSync(join(node.dataDir, "state", "secret.key")).mode & 0o777, 0o600);
    const state = join(node.dataDir, "state");
    const entries = readdirSync(state, { recursive: true, withFileTypes: true });
    for (const { name, parentPath } of entries.filter((entry) => entry.isFile()))
      assert.ok(!readFileSync(join(parentPath, name)).includes(ACCOUNT.password), `the password is in ${name}`);
    const former = await node.killService("callmanager");
    await node.serviceAgain("callmanager", former, 10_000);
    await inState("up");
    assert.deepEqual(registrar.received, []);
    const stopped = node.stop();
    const last = await registrar.take("REGISTER", 10_000);
    assert.equal(headerOf(last, "Expires"), "0");
    assert.equal(headerOf(last, "Call-ID"), headerOf(request, "Call-ID"));
    answer(last, "200 OK");
    await stopped;
  });

  it("given a key file that others can read, when call control starts, then the trunk is down with that reason, and the node works", async () => {
    await configure();
    await accepted();
    await inState("up");
    chmodSync(join(node.dataDir, "state", "secret.key"), 0o644);
    const former = await node.killService("callmanager");
    await node.serviceAgain("callmanager", former, 10_000);
    await inState("down", "secret-key-refused");
    assert.equal((await node.metrics()).sum("tandem_trunks"), 1);
  });
});
