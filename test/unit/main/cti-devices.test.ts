import assert from "node:assert/strict";
import type { ChannelHandler, ChannelPeer } from "../../../src/common/index.ts";
import { handleCtiDevices } from "../../../src/main/service/cti-devices.ts";
import type { CtiDeviceRequest } from "../../../src/signals/index.ts";

const NOBODY = {} as ChannelPeer;

describe("what CTIManagers say of devices", () => {
  let said: CtiDeviceRequest[];
  let isTaken: boolean;
  let handler: ChannelHandler;
  beforeEach(() => {
    said = [];
    isTaken = true;
    const request = (asked: CtiDeviceRequest) => {
      said.push(asked);
      return isTaken ? ({ ok: true } as const) : ({ ok: false, failure: "fenced", detail: "too low" } as const);
    };
    const server = { handle: (_method: string, handle: ChannelHandler) => void (handler = handle) };
    handleCtiDevices(server, { request }, { positionFor: () => 7 });
  });

  it("given requests, when they are well-formed, then they are handed on; others are refused with what is wrong", () => {
    const own = { type: "own", device: "port", fence: 1, routes: false, session: "s", leaseMs: 30_000 };
    const address = { mode: "static", address: "192.0.2.1", port: 4_000, codecs: ["PCMA"] };
    for (const media of [
      { mode: "none" },
      { mode: "switch" },
      { mode: "switch", prompt: "tone" },
      { mode: "dynamic", codecs: ["PCMA/8000"] },
      address,
    ]) {
      assert.deepEqual(handler({ ...own, media }, NOBODY), { ok: true, position: 7 });
      assert.deepEqual(said.pop(), { ...own, media });
    }
    handler({ type: "silent", device: "port", fence: 1, isSilent: true }, NOBODY);
    assert.equal(said.pop()?.type, "silent");
    const bad = [
      undefined,
      { ...own, media: { ...address, address: "example.org" } },
      { ...own, media: { ...address, port: 0 } },
      { ...own, media: { mode: "dynamic", codecs: [] } },
      { ...own, media: { mode: "switch", prompt: "" } },
      { ...own, media: { mode: "dynamic", codecs: ["PCMA\r\na=x"] } },
      { ...own, media: { mode: "none" }, fence: -1 },
      { ...own, media: { mode: "none" }, leaseMs: -1 },
      { type: "failed", device: "", fence: 1 },
      { type: "else", device: "port", fence: 1 },
    ];
    for (const params of bad) assert.throws(() => handler(params, NOBODY), { code: "bad-params" });
    assert.deepEqual(said, []);
  });

  it("given a request that is refused, when it is answered, then the reply says why, and where the signals are", () => {
    isTaken = false;
    const reply = { ok: false, position: 7, failure: "fenced", detail: "too low" };
    assert.deepEqual(handler({ type: "failed", device: "port", fence: 1 }, NOBODY), reply);
  });
});
