import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { CtiError } from "../../../src/sdk/index.ts";
import { virtualView } from "../../support/cti-samples.ts";
import { Refusal } from "../../support/cti-server.ts";
import { heard } from "../../support/heard-event.ts";
import { SdkSite } from "../../support/sdk-site.ts";
import { clockBehind } from "../../support/clock-behind.ts";

describe("commands of a provider", () => {
  let site: SdkSite;
  beforeEach(() => {
    site = new SdkSite();
  });
  afterEach(() => site.close());

  it("given a standby, when a call at the device wants an address, then the standby chooses none", async () => {
    const server = await site.server();
    const cti = await site.open([server.url], { group: "g" });
    server.handlers.set("device.open", (_params, session) => ({
      seq: session.seq,
      device: server.world.devices.get("port"),
      calls: [],
    }));
    server.handlers.set("media.setAddress", () => {
      throw new Refusal("CONFLICT_FENCED");
    });
    let chosen = 0;
    const failed: string[] = [];
    cti.on("media.failed", ({ error }) => failed.push(error.message));
    const port = await cti.openMediaTerminal("port", {
      mode: "dynamic",
      codecs: ["PCMU/8000"],
      address: () => {
        chosen += 1;
        return { address: "127.0.0.1", port: 40_000 };
      },
    });
    assert.equal(port.isOwner, false);
    const wanted = heard(cti, "media.wanted");
    server.emit({ type: "media.wanted", media: { callId: "c1", device: "port", moment: "wanted" } });
    await wanted;
    await delay(100);
    assert.deepEqual([chosen, failed], [0, []]);
  });

  it("given a phone that is not open, when a command has a time-out and no server is there, then it ends in time", async () => {
    const server = await site.server();
    const cti = await site.open([server.url]);
    const lost = heard(cti, "provider.lost");
    await server.close();
    await lost;
    const beganMs = performance.now();
    await assert.rejects(cti.terminal("phone-1001").connect("1002", { timeoutMs: 200 }), /CLIENT_TIMEOUT/);
    const tookMs = performance.now() - beganMs;
    assert.ok(tookMs < 2_000, `it took ${Math.round(tookMs)} ms`);
  });

  it("given a phone that is not open, when a command is aborted while it is opened, then it ends at once", async () => {
    const server = await site.server();
    const cti = await site.open([server.url]);
    server.handlers.set("device.open", () => new Promise(() => undefined));
    const controller = new AbortController();
    const call = cti.terminal("phone-1001").connect("1002", { signal: controller.signal });
    await server.request("device.open");
    controller.abort(new Error("changed my mind"));
    const outcome = await Promise.race([
      call.then(
        () => "done",
        (error: Error) => error.message,
      ),
      delay(1_000).then(() => "still waiting"),
    ]);
    const rest = call.catch(() => undefined);
    await cti.close();
    await rest;
    assert.equal(outcome, "changed my mind");
  });

  it("given a command that is under way at the server, when it was sent again until its time was over, then it is not said to be not applied", async () => {
    const server = await site.server();
    const cti = await site.open([server.url]);
    await cti.terminal("phone-1001").open();
    let isFirst = true;
    server.handlers.set("call.connect", () => {
      if (!isFirst) throw new Refusal("CONFLICT_IN_PROGRESS", { retry: "after" });
      isFirst = false;
      server.cut();
      return new Promise(() => undefined);
    });
    const error = await cti
      .terminal("phone-1001")
      .connect("1002", { timeoutMs: 1_500 })
      .then(
        () => undefined,
        (thrown: CtiError) => thrown,
      );
    assert.equal(error?.outcome, "unknown", `${error?.code}: ${error?.outcome}`);
  });

  it("given a device whose close failed, when it is closed again, then it is closed at the server", async () => {
    const server = await site.server();
    const cti = await site.open([server.url]);
    const port = await cti.openMediaTerminal("port", { mode: "switch" });
    server.handlers.set("device.close", () => {
      server.handlers.delete("device.close");
      throw new Refusal("NODE_UNAVAILABLE", { retry: "after" });
    });
    await assert.rejects(port.close(), /NODE_UNAVAILABLE/);
    await port.close();
    await cti.terminal("port").close();
    assert.deepEqual([...server.session.devices], []);
  });

  it("given a clock that is behind the server, when a command is sent, then its deadline is by the clock of the server", async () => {
    const server = await site.server();
    // As CTIManager does it: src/cti/jsonrpc/check-meta.ts
    server.handlers.set("line.setMessageWaiting", ({ meta }) => {
      if (Date.now() > (meta as { deadlineMs: number }).deadlineMs)
        throw new Refusal("TIMEOUT_SERVER", { retry: "same", message: "the deadline passed before it was begun" });
      return {};
    });
    const clock = clockBehind(15_000);
    const cti = await site.open([server.url], { clock });
    await cti.address("1001").setMessageWaiting(true);
  });

  it("given two openings that fail, when the device is opened again, then it is opened", async () => {
    const server = await site.server();
    const cti = await site.open([server.url]);
    let isBroken = true;
    server.handlers.set("device.open", async () => {
      await delay(20);
      if (isBroken) throw new Refusal("RESOURCE_BUSY", { retry: "after" });
      return { device: { ...virtualView("cti-port", "port", "6000"), operations: [] }, calls: [], fence: 1 };
    });
    const results = await Promise.allSettled([
      cti.terminal("port").open(),
      cti.openMediaTerminal("port", { mode: "switch" }),
    ]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    isBroken = false;
    await cti.terminal("port").open();
  });
});
