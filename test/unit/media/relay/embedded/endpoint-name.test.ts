import assert from "node:assert/strict";
import {
  announcementOf,
  conferenceOf,
  isPlaySource,
  isRelayEndpoint,
} from "../../../../../src/media/relay/embedded/endpoint-name.ts";

describe("names of far ends", () => {
  it("given what the relay can be, when asked, then it is one; what it can play is also to be played", () => {
    for (const name of ["music", "silence", "ringback", "music:hold-2.1_x"]) {
      assert.ok(isPlaySource(name) && isRelayEndpoint(name), name);
    }
    for (const name of ["echo", "tone", "demo", "announcement:please-wait", "conference:Küche 7"]) {
      assert.ok(isRelayEndpoint(name) && !isPlaySource(name), name);
    }
  });

  it("given anything else, when asked, then it is none", () => {
    const long = "x".repeat(129);
    const others = ["", "Music", "music:", "music:a b", "music:../x", "announcement:", "announcement:toString"];
    for (const name of [...others, "conference:", "conference:a\nb", `conference:${long}`, undefined, 7]) {
      assert.ok(!isRelayEndpoint(name) && !isPlaySource(name), String(name));
    }
  });

  it("given parts of names, when asked, then they are those", () => {
    assert.equal(announcementOf("announcement:unavailable"), "unavailable");
    assert.equal(announcementOf("unavailable"), undefined);
    assert.equal(conferenceOf("conference:a:b"), "a:b");
    assert.equal(conferenceOf("music"), undefined);
  });
});
