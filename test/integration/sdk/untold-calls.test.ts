import assert from "node:assert/strict";
import { CtiError, Provider } from "../../../src/sdk/index.ts";
import { lineView, offeredCall, phoneView } from "../../support/cti-samples.ts";
import { CtiServer } from "../../support/cti-server.ts";

const SIGN_IN = { user: "cti", password: "secret", client: { name: "test" } };

describe("Provider, when calls are told of no more", () => {
  let server: CtiServer;
  let cti: Provider;
  beforeEach(async () => {
    server = await CtiServer.start();
    for (const number of ["1001", "1002", "1003"]) {
      server.world.devices.set(`phone-${number}`, phoneView(number));
      server.world.lines.set(`${number}@internal`, lineView(number));
    }
    cti = await Provider.open({ servers: [server.url], ...SIGN_IN });
    server.world.calls.set("c1", offeredCall("c1", "1001", "1002"));
  });
  afterEach(async () => {
    await cti.close();
    await server.close();
  });

  const ids = (): string[] => cti.calls.map(({ id }) => id);

  it("given a device that is closed, when nothing else tells of its calls, then they go, and who waits for them is told", async () => {
    const terminal = cti.terminal("phone-1002");
    await terminal.open();
    assert.deepEqual(ids(), ["c1"]);
    const waiting = cti.call("c1")?.until(({ isEnded }) => isEnded);
    const refused = assert.rejects(
      waiting ?? Promise.resolve(),
      (error) => error instanceof CtiError && error.code === "CLIENT_NOT_KNOWN",
    );
    await terminal.close();
    assert.deepEqual(ids(), []);
    await refused;
    await terminal.open();
    assert.deepEqual(ids(), ["c1"]);
  });

  it("given a watch that is closed, when another one tells of its calls, then they stay until that is closed, too", async () => {
    const first = await cti.watch([{ kind: "device", name: "phone-1002" }]);
    const second = await cti.watch([{ kind: "line", name: "1001@internal" }]);
    await first.close();
    assert.deepEqual(ids(), ["c1"]);
    await second.close();
    assert.deepEqual(ids(), []);
  });

  it("given a watch of events of devices alone, when it begins, then calls that it will not tell of are not known", async () => {
    await cti.watch([{ kind: "device", name: "phone-1001" }], { types: ["device.state"] });
    assert.deepEqual(ids(), []);
  });
});
