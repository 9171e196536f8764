import assert from "node:assert/strict";
import { CtiError, Provider, type ProviderOptions } from "../../../src/sdk/index.ts";
import { offeredCall, phoneView } from "../../support/cti-samples.ts";
import { CtiServer } from "../../support/cti-server.ts";
import { heard } from "../../support/heard-event.ts";

const SIGN_IN = { user: "cti", password: "secret", client: { name: "test" }, random: () => 0 };

describe("Provider, when what a server says is not the protocol", () => {
  const servers: CtiServer[] = [];
  const providers: Provider[] = [];
  const startServer = async (): Promise<CtiServer> => {
    const server = await CtiServer.start();
    servers.push(server);
    server.world.devices.set("phone-1001", phoneView("1001"));
    return server;
  };
  const open = async (server: CtiServer, more: Partial<ProviderOptions> = {}): Promise<Provider> => {
    const provider = await Provider.open({ servers: [server.url], ...SIGN_IN, ...more });
    providers.push(provider);
    return provider;
  };
  afterEach(async () => {
    for (const provider of providers.splice(0)) await provider.close();
    for (const server of servers.splice(0)) await server.close();
  });

  it("given an event that is malformed, when it comes, then the connection ends with its code, and all is asked for again", async () => {
    const server = await startServer();
    const cti = await open(server, { watch: "all" });
    server.world.calls.set("c1", offeredCall("c1", "1001", "1002"));
    const lost = heard(cti, "provider.lost");
    const again = heard(cti, "provider.resnapshot");
    server.emit({ type: "call.snapshot" } as never);
    const { error, reason } = await lost;
    assert.equal(error?.code, "CLIENT_PROTOCOL");
    assert.match(reason, /^event 1, call\.snapshot, is malformed: /);
    assert.equal((await again).isNewSession, false);
    assert.equal(cti.call("c1")?.calling.number, "1001");
    assert.equal(server.session.subscriptions.size, 1);
    const told = heard(cti, "call.userData");
    server.emit({ type: "call.userData", callId: "c1", ver: 9, userData: { a: "1" } });
    assert.equal((await told).seq, 2);
  });

  it("given a command that waits for the events of its reply, when one of them is malformed, then it is answered after the snapshot", async () => {
    const server = await startServer();
    const cti = await open(server, { watch: "all" });
    server.handlers.set("line.setForwarding", (_params, session) => ({ seq: session.seq + 1 }));
    const done = cti.request("line.setForwarding", { line: "1001@internal", kind: "all", internal: "1002" });
    await server.request("line.setForwarding");
    const again = heard(cti, "provider.resnapshot");
    server.emit({ type: "device.state" } as never);
    await again;
    await done;
    assert.equal(cti.seq, 1);
  });

  it("given a reply that is malformed, when it comes, then the command fails with its code, and the provider goes on", async () => {
    const server = await startServer();
    const cti = await open(server);
    server.handlers.set("device.open", () => ({ device: phoneView("1001"), calls: [{}] }));
    const again = heard(cti, "provider.resnapshot");
    const isProtocol = (error: unknown): boolean =>
      error instanceof CtiError && error.code === "CLIENT_PROTOCOL" && error.outcome === "applied";
    await assert.rejects(cti.terminal("phone-1001").open(), isProtocol);
    await again;
    server.handlers.delete("device.open");
    await cti.terminal("phone-1001").open();
    assert.equal(cti.state, "in-service");
  });

  it("given a reply that is nothing, when it comes, then the command fails with its code, and the provider goes on", async () => {
    const server = await startServer();
    const cti = await open(server);
    server.answers.set("device.speedDials", "null");
    const again = heard(cti, "provider.resnapshot");
    await assert.rejects(
      cti.terminal("phone-1001").speedDials(),
      (error) => error instanceof CtiError && error.code === "CLIENT_PROTOCOL",
    );
    await again;
  });

  for (const method of ["provider.open", "provider.inventory"] as const) {
    it(`given a server whose answer to ${method} is malformed, when a provider is opened, then it fails with its code`, async () => {
      const server = await startServer();
      server.answers.set(method, JSON.stringify({ seq: 0, devices: [null] }));
      await assert.rejects(
        open(server, { openTimeoutMs: 300 }),
        (error) => error instanceof CtiError && error.code === "CLIENT_PROTOCOL",
      );
      server.answers.delete(method);
      await open(server);
    });
  }
});
