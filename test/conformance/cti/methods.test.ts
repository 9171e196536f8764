import assert from "node:assert/strict";
import fc from "fast-check";
import { DEFINITIONS, PARAMETERS } from "../../../src/protocol/generated/parameter-schemas.ts";
import { EVENT_TYPES, METHOD_NAMES, validateParams, type MethodName } from "../../../src/protocol/index.ts";
import { Cleanup } from "../../support/cleanup.ts";
import type { CtiClient, CtiMessage } from "../../support/cti-client.ts";
import { CtiNode } from "../../support/cti-node.ts";
import { anyValue, nearValuesOf, valuesOf } from "../../support/schema-values.ts";

/** Requests of each method; the seed is the same each time. */
const ROUNDS = 40;
const SEED = 20_261_126;
/** These begin and end sessions. */
const OF_CONNECTIONS: readonly MethodName[] = ["provider.open", "provider.close"];

/** Parameters that are right, nearly right, or anything, as JSON. */
function inputsOf(method: MethodName): readonly unknown[] {
  const schema = PARAMETERS[method];
  const values = fc.oneof(valuesOf(schema, DEFINITIONS), nearValuesOf(schema, DEFINITIONS), anyValue());
  return fc.sample(values, { numRuns: ROUNDS, seed: SEED }).map((value): unknown => JSON.parse(JSON.stringify(value)));
}

/** Right parameters about devices and calls that are there, as far as that can be without a call. */
function namesOfOurs(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const named: Record<string, unknown> = { ...value };
  if (typeof named["device"] === "string")
    named["device"] = ["desk-1", "port-1", "point-1"][named["device"].length % 3];
  if (typeof named["line"] === "string") named["line"] = "7001@internal";
  return named;
}

async function answerTo(client: CtiClient, id: string, method: string, params: unknown): Promise<CtiMessage> {
  client.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  let found: CtiMessage | undefined;
  await client.until(
    ({ messages }) => (found = messages.findLast((message) => message.id === id)) !== undefined,
    20_000,
  );
  assert.ok(found);
  return found;
}

describe("methods of the CTI protocol", () => {
  const cleanup = new Cleanup();
  let node: CtiNode;
  before(async () => {
    node = cleanup.add(await CtiNode.start(), (started) => started.stop());
  });
  after(() => cleanup.run());

  /** Sends one request and compares the answer with the schemas. */
  async function tried(client: CtiClient, id: string, method: MethodName, params: unknown): Promise<void> {
    const { result, error } = await answerTo(client, id, method, params);
    const isObject = typeof params === "object" && params !== null && !Array.isArray(params);
    const input = `${method} ${JSON.stringify(params)}: ${JSON.stringify(error)}`;
    if (error !== undefined) node.check.error(error);
    else node.check.result(method, result);
    if (!isObject) return assert.equal(error?.data["code"], "PROTOCOL_MALFORMED", input);
    if (!validateParams(method, params).ok) return assert.equal(error?.data["code"], "VALIDATION_PARAMETER", input);
    assert.notEqual(error?.data["code"], "INTERNAL_BUG", input);
  }

  for (const method of METHOD_NAMES.filter((name) => !OF_CONNECTIONS.includes(name)))
    it(`given ${ROUNDS} inputs of ${method}, when sent, then each answer is as the schemas say`, async () => {
      const client = await node.open();
      for (const [index, params] of inputsOf(method).entries()) {
        await tried(client, `a${index}`, method, params);
        await tried(client, `b${index}`, method, namesOfOurs(params));
      }
      for (const { params } of client.messages.filter((message) => message.method === "event"))
        node.check.event(params);
      client.destroy();
    });
  it(`given ${ROUNDS} inputs of provider.open, when sent on connections of their own, then each answer is as the schemas say`, async () => {
    for (const params of inputsOf("provider.open")) {
      const client = await node.connect();
      await tried(client, "1", "provider.open", params);
      client.destroy();
    }
  });
  it("given provider.close, when sent, then it is answered, and the connection is closed", async () => {
    const client = await node.open();
    await tried(client, "wrong", "provider.close", { more: 1 });
    await tried(client, "right", "provider.close", {});
    assert.equal((await client.closed).code, 1000);
  });
  it("given a session, when it begins, then the methods and events that it names are those of the schemas", async () => {
    const client = await node.connect();
    const opened = await client.open(node.credentials);
    node.check.result("provider.open", opened);
    const others = METHOD_NAMES.filter((method) => method !== "provider.open");
    assert.deepEqual([...(opened["methods"] as string[])].sort(), [...others].sort());
    assert.deepEqual([...(opened["eventTypes"] as string[])].sort(), [...EVENT_TYPES].sort());
  });
});
