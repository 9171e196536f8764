import assert from "node:assert/strict";
import { Cleanup } from "../../support/cleanup.ts";
import { CtiRefusal, type CtiClient } from "../../support/cti-client.ts";
import { CtiNode } from "../../support/cti-node.ts";

describe("sign-in of CTI applications", () => {
  const cleanup = new Cleanup();
  let node: CtiNode;
  before(async () => {
    node = cleanup.add(await CtiNode.start(), (started) => started.stop());
  });
  after(() => cleanup.run());

  /** What opening is refused with, whose envelope is as the schemas say. */
  async function refusal(client: CtiClient, params: object): Promise<CtiRefusal> {
    const before = client.messages.length;
    const error: unknown = await client.open({ ...node.credentials, ...params }).catch((refused: unknown) => refused);
    assert.ok(error instanceof CtiRefusal, String(error));
    node.check.error(client.messages.slice(before).find((message) => message.error !== undefined)?.error);
    return error;
  }

  it("given no version of ours, when opened, then PROTOCOL_VERSION says which there are", async () => {
    const { code, data } = await refusal(await node.connect(), { protocol: ["2.0", "0.9"] });
    assert.equal(code, "PROTOCOL_VERSION");
    assert.equal(data["expected"], "1.0");
  });
  it("given several versions, when opened, then the one that is ours is spoken", async () => {
    const opened = await (await node.connect()).open({ ...node.credentials, protocol: ["2.0", "1.0"] });
    assert.equal(opened["protocol"], "1.0");
  });
  it("given a token and a password, or neither, when opened, then VALIDATION_COMBINATION", async () => {
    const client = await node.connect();
    for (const params of [{ token: "t" }, { password: undefined }, { user: undefined, password: undefined }])
      assert.equal((await refusal(client, params)).code, "VALIDATION_COMBINATION");
  });
  it("given users who may not sign in so, when opened, then each is told why", async () => {
    const client = await node.connect();
    assert.equal((await refusal(client, { user: "nobody" })).code, "AUTH_FAILED");
    assert.equal((await refusal(client, { user: "plain" })).code, "AUTH_NOT_CTI_USER");
    assert.equal((await refusal(client, { user: "fresh" })).code, "AUTH_EXPIRED");
    const { code, data } = await refusal(client, { user: "careful" });
    assert.equal(code, "AUTH_INSECURE_TRANSPORT");
    assert.equal(data["outcome"], "not_applied");
  });
  it("given an open session, when it is opened again, resumed elsewhere, or is over, then each is told", async () => {
    const client = await node.connect();
    const { sessionId, epoch } = await client.open(node.credentials);
    const resume = { sessionId, epoch, lastSeq: 0 };
    assert.equal((await refusal(client, {})).code, "SESSION_ALREADY_OPEN");
    const other = await node.connect();
    assert.equal((await refusal(other, { resume })).code, "SESSION_IN_USE");
    const taken = await other.open({ ...node.credentials, resume, takeOver: true });
    assert.equal(taken["mode"], "resumed");
    assert.deepEqual(await client.closed, { code: 4003, reason: "SESSION_TAKEN_OVER" });
    await other.request("provider.close");
    const late = await node.connect();
    assert.equal((await refusal(late, { resume })).code, "SESSION_RESUME_EXPIRED");
  });
  it("given the connections that a user may have, when one more is opened, then LIMIT_CONNECTIONS says how many", async () => {
    const first = await node.connect();
    await first.open({ ...node.credentials, user: "lonely" });
    const { code, data } = await refusal(await node.connect(), { user: "lonely" });
    assert.equal(code, "LIMIT_CONNECTIONS");
    assert.deepEqual(data["limit"], { name: "maxConnections", value: 1, used: 1 });
  });
  it("given many wrong passwords, when one more is tried, then AUTH_LOCKED says how long to wait", async () => {
    const codes: string[] = [];
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const { code, data } = await refusal(await node.connect(), { user: "guessed", password: `wrong ${attempt}` });
      codes.push(code);
      if (code === "AUTH_LOCKED") assert.ok(Number(data["retryAfterMs"]) > 0);
    }
    assert.equal(codes[0], "AUTH_FAILED");
    assert.equal(codes.at(-1), "AUTH_LOCKED");
  });
});
