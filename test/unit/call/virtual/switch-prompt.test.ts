import assert from "node:assert/strict";
import { switchPrompt } from "../../../../src/call/virtual/switch-prompt.ts";

const isSource = (name: string): boolean => name === "jingle";

describe("what the switch plays for a device", () => {
  for (const name of ["silence", "tone", "ringback", "music", "music:jingle", "announcement:music:jingle"]) {
    it(`given ${name}, when it is looked up, then there is that`, () => {
      assert.equal(switchPrompt(name, isSource), name);
    });
  }

  it("given announcements that come with the media service, when they are looked up, then there are these, and no others", () => {
    for (const name of ["unavailable", "please-wait", "confirmed", "conference-enter", "conference-leave"]) {
      assert.equal(switchPrompt(`announcement:${name}`, isSource), `announcement:${name}`);
    }
    for (const name of ["other", "toString", "announcement:confirmed", ""]) {
      assert.equal(switchPrompt(`announcement:${name}`, isSource), undefined);
    }
  });

  it("given other names, when they are looked up, then there is nothing, also where calls know them", () => {
    for (const name of ["", "polka", "echo", "demo", "conference:x", "music:", "music:polka", "constructor", "Music"]) {
      assert.equal(switchPrompt(name, isSource), undefined, name);
    }
  });
});
