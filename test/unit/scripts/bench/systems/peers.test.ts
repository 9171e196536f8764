import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { ctiPeersPresent, peersPresent } from "../../../../../scripts/bench/systems/peers.ts";
import { Cleanup } from "../../../../support/cleanup.ts";
import { TemporaryDirectory } from "../../../../support/temporary-directory.ts";

describe("peers that are on the machine", () => {
  let cleanup: Cleanup;
  beforeEach(() => {
    cleanup = new Cleanup();
  });
  afterEach(async () => {
    await cleanup.run();
  });

  it("given an asterisk in PATH, when peers are looked for, then calls and applications have it as one", () => {
    const before = process.env["PATH"];
    cleanup.add(before, (path) => void (process.env["PATH"] = path));
    const folder = cleanup.add(new TemporaryDirectory("path"), (each) => each.close());
    writeFileSync(folder.join("asterisk"), "#!/bin/sh\n", { mode: 0o755 });
    process.env["PATH"] = folder.path;
    const { length } = peersPresent("registrations");
    assert.equal(ctiPeersPresent().length, 1);
    assert.equal(peersPresent("calls").length, length + 1, "that registers nobody here");
  });
});
