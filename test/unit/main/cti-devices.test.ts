import assert from "node:assert/strict";
import type { ChannelHandler, ChannelPeer } from "../../../src/common/index.ts";
import { CtiDeviceChannel } from "../../../src/main/service/cti-devices.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const NOBODY = {} as ChannelPeer;

describe("what CTIManagers say of devices", () => {
  let clock: ManualClock;
  let said: string[];
  let isAnyOpen: boolean;
  let handler: ChannelHandler;
  let channel: CtiDeviceChannel;
  beforeEach(() => {
    clock = new ManualClock();
    said = [];
    isAnyOpen = true;
    const devices = {
      request: (request: { type: string }) => {
        said.push(request.type);
        return { ok: true } as const;
      },
      managersAway: (isAway: boolean) => void said.push(isAway ? "away" : "back"),
      managersGone: () => void said.push("gone"),
      get isAnyOpen() {
        return isAnyOpen;
      },
    };
    const server = { handle: (_method: string, handle: ChannelHandler) => void (handler = handle) };
    channel = new CtiDeviceChannel(server, { devices, clock });
  });

  it("given all CTIManagers that go away, when one is back within ten seconds, then nothing has happened but waiting", () => {
    channel.managers(1);
    channel.managers(0);
    clock.advance(9_999);
    channel.managers(1);
    clock.advance(60_000);
    assert.deepEqual(said, ["away", "back"]);
  });

  it("given all CTIManagers that stay away, when ten seconds are over, then their devices have failed, once", () => {
    channel.managers(0);
    clock.advance(5_000);
    channel.managers(0);
    clock.advance(5_000);
    assert.deepEqual(said, ["away", "back", "gone"]);
    clock.advance(60_000);
    assert.equal(said.length, 3);
  });

  it("given devices that were open before, when call control is started, then their CTIManager has ten seconds; without such devices nobody is waited for", () => {
    channel.start();
    clock.advance(10_000);
    assert.deepEqual(said.splice(0), ["away", "back", "gone"]);
    isAnyOpen = false;
    channel.start();
    clock.advance(60_000);
    assert.deepEqual(said, []);
  });

  it("given requests, when they are well-formed, then they are handed on; others are refused with what is wrong", () => {
    const own = { type: "own", device: "port", fence: 1, routes: false, session: "s" };
    const address = { mode: "static", address: "192.0.2.1", port: 4_000, codecs: ["PCMA"] };
    for (const media of [
      { mode: "none" },
      { mode: "switch" },
      { mode: "switch", prompt: "tone" },
      { mode: "dynamic", codecs: ["PCMA/8000"] },
      address,
    ]) {
      handler({ ...own, media }, NOBODY);
    }
    handler({ type: "silent", device: "port", fence: 1, isSilent: true }, NOBODY);
    assert.deepEqual(said, ["own", "own", "own", "own", "own", "silent"]);
    const bad = [
      undefined,
      { ...own, media: { ...address, address: "example.org" } },
      { ...own, media: { ...address, port: 0 } },
      { ...own, media: { mode: "dynamic", codecs: [] } },
      { ...own, media: { mode: "switch", prompt: "" } },
      { ...own, media: { mode: "dynamic", codecs: ["PCMA\r\na=x"] } },
      { ...own, media: { mode: "none" }, fence: -1 },
      { type: "failed", device: "", fence: 1 },
      { type: "else", device: "port", fence: 1 },
    ];
    for (const params of bad) assert.throws(() => handler(params, NOBODY), { code: "bad-params" });
  });
});
