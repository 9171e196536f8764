import assert from "node:assert/strict";
import { CtiError, Provider, type ProviderOptions } from "../../../src/sdk/index.ts";
import { offeredCall, phoneView } from "../../support/cti-samples.ts";
import { CtiServer, Refusal } from "../../support/cti-server.ts";
import { heard } from "../../support/heard-event.ts";

const SIGN_IN = { user: "cti", password: "secret", client: { name: "test" }, random: () => 0 };
/** Timers of more fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

describe("Provider, with waits that are very long", () => {
  const providers: Provider[] = [];
  let server: CtiServer;
  const open = async (more: Partial<ProviderOptions> = {}): Promise<Provider> => {
    const provider = await Provider.open({ servers: [server.url], ...SIGN_IN, ...more });
    providers.push(provider);
    return provider;
  };
  beforeEach(async () => {
    server = await CtiServer.start();
    server.world.devices.set("phone-1001", phoneView("1001"));
  });
  afterEach(async () => {
    for (const provider of providers.splice(0)) await provider.close();
    await server.close();
  });

  for (const timeoutMs of [LONGEST_MS + 1, Infinity, NaN, -1]) {
    it(`given a wait of ${timeoutMs} ms, when it is asked for, then it is refused, and nothing is sent`, async () => {
      await assert.rejects(open({ openTimeoutMs: timeoutMs }), isRefusal("openTimeoutMs"));
      const cti = await open({ watch: "all" });
      await assert.rejects(cti.request("provider.topics", {}, { timeoutMs }), isRefusal("timeoutMs"));
      assert.ok(!server.requests.waiting.some(({ method }) => method === "provider.topics"));
      const told = heard(cti, "call.snapshot");
      server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "1002") });
      await told;
      const waiting = cti.call("c1")?.until(({ isEnded }) => isEnded, { timeoutMs });
      await assert.rejects(waiting ?? Promise.resolve(), isRefusal("timeoutMs"));
    });
  }

  it("given the longest wait that there is, when it is asked for, then it waits", async () => {
    const cti = await open({ openTimeoutMs: LONGEST_MS, watch: "all" });
    const topics = cti.request("provider.topics", {}, { timeoutMs: LONGEST_MS });
    await topics;
    const told = heard(cti, "call.snapshot");
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "1002") });
    await told;
    const ended = cti.call("c1")?.until(({ isEnded }) => isEnded, { timeoutMs: LONGEST_MS });
    server.emit({ type: "call.state", callId: "c1", ver: 2, state: "invalid" });
    await ended;
  });

  it("given a server that is busy for longer than timers go, when all is asked for, then it is not asked again at once", async () => {
    server.handlers.set("provider.inventory", () => {
      throw new Refusal("LIMIT_RATE", { retry: "after", retryAfterMs: LONGEST_MS + 1 });
    });
    await assert.rejects(
      open({ openTimeoutMs: 300 }),
      (error) => error instanceof CtiError && error.code === "CLIENT_UNREACHABLE",
    );
    assert.equal(server.requests.waiting.filter(({ method }) => method === "provider.inventory").length, 1);
  });
});

function isRefusal(option: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof CtiError && error.code === "CLIENT_PROTOCOL" && error.message.startsWith(`${option}: `);
}
