import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { silentLogger, type LogFields } from "../../../../src/common/index.ts";
import { MusicShelf } from "../../../../src/media/prompt/music-shelf.ts";
import { PromptLibrary } from "../../../../src/media/prompt/prompt-library.ts";
import { aLawSample, muLawSample } from "../../../support/g711.ts";
import { sine, tonePower } from "../../../support/goertzel.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";
import { writeWav } from "../../../support/wav.ts";

describe("MusicShelf", () => {
  let folder: TemporaryDirectory;
  let warnings: LogFields[];
  let library: PromptLibrary;
  let shelf: MusicShelf;
  beforeEach(() => {
    folder = new TemporaryDirectory("music");
    warnings = [];
    library = new PromptLibrary();
    shelf = new MusicShelf(library, { ...silentLogger, warn: (_, fields = {}) => void warnings.push(fields) });
  });
  afterEach(() => folder.close());

  function write(name: string, frequencyHz: number, seconds = 3.001): string {
    writeFileSync(folder.join(name), writeWav({ sampleRateHz: 8000, samples: sine(frequencyHz, seconds) }));
    return folder.join(name);
  }

  it("given a file, when loaded, then it is there in both laws, in whole frames, and repeats", async () => {
    shelf.setFiles([{ name: "hold", file: write("hold.wav", 500) }]);
    await Promise.all([shelf.load("music:hold"), shelf.load("music:hold"), shelf.load("echo")]);
    for (const [law, decode, silence] of [
      ["PCMU", muLawSample, 0xff],
      ["PCMA", aLawSample, 0xd5],
    ] as const) {
      const { audio, loopStartBytes, endBytes } = shelf.get("music:hold", law);
      assert.equal(audio.length, 24_160);
      assert.deepEqual([loopStartBytes, endBytes], [0, undefined]);
      assert.ok(tonePower(Int16Array.from(audio.subarray(0, 24_000), decode), 8000, 500) > 0.99);
      assert.equal(audio.at(-1), silence);
    }
    assert.deepEqual(warnings, []);
  });

  it("given a file that is played once, when loaded, then it is the same music with silence behind its end", async () => {
    shelf.setFiles([{ name: "hold", file: write("hold.wav", 500) }]);
    await shelf.load("announcement:music:hold");
    const music = shelf.get("music:hold", "PCMA");
    const once = shelf.get("once:hold", "PCMA");
    const { length } = music.audio;
    assert.deepEqual([once.endBytes, once.loopStartBytes, once.audio.length], [length, length, length + 160]);
    assert.deepEqual(once.audio.subarray(0, length), music.audio);
    assert.ok(once.audio.subarray(length).every((octet) => octet === 0xd5));
    assert.equal(shelf.get("once:hold", "PCMA"), once);
    assert.equal(shelf.get("once:unknown", "PCMU").endBytes, library.get("music", "PCMU").audio.length);
  });

  it("given what cannot be read, when loaded again and again, then it is the built-in music, and said once", async () => {
    shelf.setFiles([{ name: "gone", file: folder.join("gone.wav") }, { name: "built-in" }]);
    for (const name of ["music:gone", "music:gone", "music:unknown", "music:built-in"]) await shelf.load(name);
    assert.equal(shelf.get("music:built-in", "PCMU"), library.get("music", "PCMU"));
    assert.equal(shelf.get("music:gone", "PCMU"), library.get("music", "PCMU"));
    assert.equal(shelf.get("music:unknown", "PCMA"), library.get("music", "PCMA"));
    assert.deepEqual(
      warnings.map(({ source }) => source),
      ["gone", "unknown"],
    );
    assert.match(String(warnings[0]?.["reason"]), /ENOENT/);
  });

  it("given music that is loaded, when configured anew, then it is that of the new file", async () => {
    shelf.setFiles([{ name: "hold", file: write("one.wav", 500) }]);
    await shelf.load("music:hold");
    await shelf.configure([{ name: "hold", file: write("two.wav", 900) }]);
    const { audio } = shelf.get("music:hold", "PCMU");
    assert.ok(tonePower(Int16Array.from(audio.subarray(0, 8000), muLawSample), 8000, 900) > 0.99);
    await shelf.configure([]);
    assert.equal(shelf.get("music:hold", "PCMU"), library.get("music", "PCMU"));
  });
});
