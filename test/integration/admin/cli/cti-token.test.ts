import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { EXIT } from "../../../../src/admin/index.ts";
import { ConfiguredCli } from "../../../support/configured-cli.ts";

describe("tandem cti token", () => {
  let cli: ConfiguredCli;
  beforeEach(async () => {
    cli = await ConfiguredCli.start();
    await cli.run(["user", "add", "wallboard", "--password", "random"]);
  });
  afterEach(() => cli.close());

  it("given a user, when a token is made, then it is shown once, its hash is kept, and it allows what was said", async () => {
    const words = ["cti", "token", "create", "--for", "wallboard", "--name", "wall", "--devices", "phone-*, desk"];
    const limits = ["--verbs", "events.*", "--numbers", "1*", "--deny-numbers", "19*", "--rate", "5", "--calls", "2"];
    const { token } = await cli.json<{ token: string }>([...words, ...limits, "--monitor-only", "--expires", "30d"]);
    assert.match(token, /^wall\.[0-9a-f]{64}$/);
    const [kept] = await cli.json<Record<string, unknown>[]>(["cti", "token", "list", "--for", "wallboard"]);
    assert.deepEqual(kept?.["devices"], ["phone-*", "desk"]);
    assert.deepEqual(kept?.["methods"], ["events.*"]);
    assert.deepEqual([kept?.["allowNumbers"], kept?.["denyNumbers"]], [["1*"], ["19*"]]);
    assert.deepEqual([kept?.["requestsPerSecond"], kept?.["maxCalls"], kept?.["monitorOnly"]], [5, 2, true]);
    const days = (Date.parse(String(kept?.["expiresAt"])) - Date.now()) / 86_400_000;
    assert.ok(days > 29.9 && days <= 30, `${days} days`);
    assert.equal(JSON.stringify(kept).includes(token.slice(5)), false);
    const exported = await cli.run(["export", "--secrets"]);
    const hash = createHash("sha256").update(token).digest("hex");
    assert.match(exported.out, new RegExp(`tokenHash: "?${hash}`));
  });

  it("given a token, when it is revoked, then it is gone", async () => {
    await cli.run(["cti", "token", "create", "--for", "wallboard", "--name", "wall"]);
    assert.match((await cli.run(["cti", "token", "list"])).out, /^wall +wallboard/m);
    assert.equal((await cli.run(["cti", "token", "revoke", "wall"])).exitCode, EXIT.ok);
    assert.match((await cli.run(["cti", "token", "list"])).err, /there is no token/);
  });

  it("given a user that is not there, or a time that is over, when a token is made, then it is refused", async () => {
    const nobody = await cli.run(["cti", "token", "create", "--for", "nobody"]);
    assert.notEqual(nobody.exitCode, EXIT.ok);
    assert.match(nobody.err, /nobody/);
    const past = await cli.run(["cti", "token", "create", "--for", "wallboard", "--expires", "2001-01-01T00:00:00Z"]);
    assert.equal(past.exitCode, EXIT.usage);
    assert.match(past.err, /expected a time to come/);
  });
});
