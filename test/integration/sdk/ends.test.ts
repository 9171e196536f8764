import assert from "node:assert/strict";
import { CtiError, Provider } from "../../../src/sdk/index.ts";
import { CtiServer } from "../../support/cti-server.ts";
import { lineView, offeredCall, phoneView, virtualView } from "../../support/cti-samples.ts";
import { heard } from "../../support/heard-event.ts";
import { withinMs } from "../../support/within-ms.ts";

const SOON_MS = 2_000;

describe("what ends with a provider, a lease or a wait", () => {
  let server: CtiServer;
  let provider: Provider;
  beforeEach(async () => {
    server = await CtiServer.start();
    server.world.devices.set("phone-1001", phoneView("1001"));
    server.world.devices.set("port", virtualView("cti-port", "port", "6000"));
    server.world.devices.set("desk", virtualView("route-point", "desk", "5000"));
    server.world.lines.set("6000@internal", lineView("6000", ["port"]));
    server.world.lines.set("5000@internal", lineView("5000", ["desk"]));
    const sign = { user: "cti", password: "secret", client: { name: "test" }, random: () => 0 };
    provider = await Provider.open({ servers: [server.url], ...sign });
  });
  afterEach(async () => {
    await provider.close();
    await server.close();
  });

  const soon = <Value>(promise: Promise<Value>): Promise<Value> => withinMs(SOON_MS, promise, () => "it did not end");
  async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
    const list: Item[] = [];
    for await (const item of items) list.push(item);
    return list;
  }
  const isCode = (code: string) => (error: unknown) => error instanceof CtiError && error.code === code;

  it("given a provider that is shut down, when its events are taken, then the loop ends at once", async () => {
    await provider.close();
    assert.deepEqual(await soon(all(provider.events())), []);
  });

  it("given a lease that is closed, when its offers and routes are taken, then the loops end at once", async () => {
    const desk = await provider.openRouteTerminal("desk");
    await desk.close();
    assert.deepEqual(await soon(all(desk.offers())), []);
    assert.deepEqual(await soon(all(desk.routes())), []);
  });

  it("given a signal that has been given already, when events and offers are taken, then the loops end at once", async () => {
    const signal = AbortSignal.abort();
    const port = await provider.openMediaTerminal("port", { mode: "none" });
    assert.deepEqual(await soon(all(provider.events({ signal }))), []);
    assert.deepEqual(await soon(all(port.offers({ signal }))), []);
  });

  it("given a watch and a lease, when the provider is closed before they are, then closing them is nothing", async () => {
    const watch = await provider.watch([{ kind: "device", name: "phone-1001" }]);
    const port = await provider.openMediaTerminal("port", { mode: "none" });
    await provider.close();
    await watch.close();
    await port.close();
  });

  it("given who waits for a call, when the provider is shut down, then the wait fails", async () => {
    const known = heard(provider, "call.snapshot");
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "6000") });
    await known;
    const call = provider.call("c1") ?? assert.fail();
    const waiting = call.until(({ isEnded }) => isEnded);
    const refused = assert.rejects(soon(waiting), isCode("CLIENT_CLOSED"));
    await provider.close();
    await refused;
    await assert.rejects(soon(call.until(() => false)), isCode("CLIENT_CLOSED"));
  });

  it("given a condition that throws, when the call is waited for, then the wait fails with that, and is over", async () => {
    const known = heard(provider, "call.snapshot");
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "6000") });
    await known;
    const call = provider.call("c1") ?? assert.fail();
    let looks = 0;
    const broken = (): boolean => {
      looks += 1;
      if (looks === 2) throw new RangeError("broken");
      return false;
    };
    const refused = assert.rejects(soon(call.until(broken)), RangeError);
    const say = async (note: string): Promise<void> => {
      const told = heard(provider, "call.userData");
      server.emit({ type: "call.userData", callId: "c1", ver: 2, userData: { note } });
      await told;
    };
    await say("one");
    await refused;
    await say("two");
    assert.equal(looks, 2);
  });

  it("given a port that is open, when it is opened anew, then the lease before is closed, and ends no device", async () => {
    const first = await provider.openMediaTerminal("port", { mode: "none" });
    const offers = all(first.offers());
    const second = await provider.openMediaTerminal("port", { mode: "switch" });
    assert.deepEqual(await soon(offers), []);
    assert.deepEqual([first.isClosed, second.isClosed], [true, false]);
    await first.close();
    assert.deepEqual([...server.session.devices], ["port"]);
    await second.terminal.open();
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "6000") });
    for await (const { call } of second.offers()) {
      assert.equal(call.id, "c1");
      break;
    }
  });

  it("given a listener that ends another one, when both are told, then the one that was ended hears nothing", async () => {
    const told: string[] = [];
    const stops: (() => void)[] = [];
    provider.on("call.snapshot", () => {
      told.push("first");
      for (const stop of stops) stop();
    });
    stops.push(provider.on("call.snapshot", () => told.push("second")));
    const known = heard(provider, "call.snapshot");
    server.emit({ type: "call.snapshot", call: offeredCall("c1", "1001", "6000") });
    await known;
    assert.deepEqual(told, ["first"]);
  });
});
