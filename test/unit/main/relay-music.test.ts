import assert from "node:assert/strict";
import { silentLogger, type LogFields } from "../../../src/common/index.ts";
import { RelayMusic } from "../../../src/main/service/relay-music.ts";
import { FakeRelay } from "../../support/fake-relay.ts";

describe("RelayMusic", () => {
  let relay: FakeRelay;
  let warnings: [string, LogFields | undefined][];
  let sources: Map<string, string | undefined>;
  let music: RelayMusic;
  beforeEach(() => {
    relay = new FakeRelay();
    warnings = [];
    sources = new Map();
    music = new RelayMusic({
      relay,
      sources: () => sources,
      folder: "/var/lib/tandem",
      logger: { ...silentLogger, warn: (message, fields) => void warnings.push([message, fields]) },
    });
  });

  it("given sources, when told, then the relay has them, relative files from the data folder", () => {
    sources = new Map([
      ["plain", undefined],
      ["jazz", "music/jazz.wav"],
      ["rock", "/srv/rock.wav"],
    ]);
    music.tell();
    assert.deepEqual(relay.settings?.music, [
      { name: "plain" },
      { name: "jazz", file: "/var/lib/tandem/music/jazz.wav" },
      { name: "rock", file: "/srv/rock.wav" },
    ]);
  });

  it("given a relay that is away, when told, then nothing is tried", () => {
    relay.connected = false;
    music.tell();
    assert.equal(relay.settings, undefined);
    assert.deepEqual(warnings, []);
  });

  it("given a relay that refuses, when told, then the log says so", async () => {
    relay.configure = () => Promise.reject(new Error("told to fail"));
    music.tell();
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, [["the relay could not be told of its music", { error: "told to fail" }]]);
  });

  it("given more sources than the relay takes, when told, then the rest is left out and the log says so", () => {
    sources = new Map(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, undefined]));
    music.tell();
    assert.equal(relay.settings?.music.length, 1_000);
    assert.equal(warnings.length, 1);
  });
});
