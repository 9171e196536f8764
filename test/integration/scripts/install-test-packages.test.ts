import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

const SCRIPT = join(import.meta.dirname, "..", "..", "..", "scripts", "install-test-packages");
const NEEDED = ["sipp", "baresip", "linphonec", "dumpcap", "ip", "unshare", "mount", "chromium", "kamailio"];

describe("install-test-packages", () => {
  let directory: TemporaryDirectory;

  beforeEach(() => {
    directory = new TemporaryDirectory("packages");
    for (const tool of ["env", "mktemp", "rm", "tail"]) symlinkSync(join("/usr/bin", tool), directory.join(tool));
  });

  afterEach(() => {
    directory.close();
  });

  /** Puts a program in the only folder of PATH that notes its arguments. */
  function program(name: string, body = ""): void {
    writeFileSync(directory.join(name), `#!/bin/sh\necho "${name} $*" >> ${directory.join("calls")}\n${body}\n`);
    chmodSync(directory.join(name), 0o755);
  }

  function run(): { readonly status: number | null; readonly errors: string; readonly calls: string[] } {
    // The script looks for `ip` in /usr/sbin too; no other program of the system may be seen.
    const script = readFileSync(SCRIPT, "utf8")
      .replace('PATH="$PATH:/usr/sbin:/sbin"', "")
      .replace("/run/systemd/system", directory.join("systemd"));
    const { status, stderr } = spawnSync("/bin/sh", ["-c", script], {
      env: { PATH: directory.path },
      encoding: "utf8",
      timeout: 5_000,
    });
    const calls = existsSync(directory.join("calls")) ? readFileSync(directory.join("calls"), "utf8") : "";
    return { status, errors: stderr, calls: calls.split("\n").filter((line) => line.startsWith("apt-get")) };
  }

  it("given all programs, when it runs, then it is content and calls nothing", () => {
    for (const name of [...NEEDED, "apt-get"]) program(name);
    assert.deepEqual(run(), { status: 0, errors: "", calls: [] });
  });

  it("given systemd, when Kamailio is missing, then it is content: its package would start a proxy", () => {
    for (const name of [...NEEDED.filter((name) => name !== "kamailio"), "apt-get"]) program(name);
    mkdirSync(directory.join("systemd"));
    assert.deepEqual(run(), { status: 0, errors: "", calls: [] });
  });

  it("given a missing program and no rights, when it runs, then it names the one command and fails", () => {
    for (const name of [...NEEDED.filter((name) => name !== "baresip"), "apt-get"]) program(name);
    program("id", "echo 1000");
    const { status, errors, calls } = run();
    assert.equal(status, 1);
    assert.match(errors, /sudo apt-get update && sudo apt-get install -y --no-install-recommends baresip-core\n/);
    assert.deepEqual(calls, []);
  });

  it("given a missing program and root, when it runs, then it installs the package without an update", () => {
    for (const name of [...NEEDED.filter((name) => name !== "baresip"), "apt-get"]) program(name);
    program("id", "echo 0");
    const { status, calls } = run();
    assert.equal(status, 0);
    assert.deepEqual(calls, ["apt-get install -y --no-install-recommends baresip-core"]);
  });

  it("given stale package lists, when it runs as root, then it updates them and installs", () => {
    for (const name of ["baresip", "linphonec", "ip", "unshare", "mount", "chromium", "kamailio"]) program(name);
    program("id", "echo 0");
    program("apt-get", `[ "$1" = update ] && : > ${directory.join("updated")}; [ -e ${directory.join("updated")} ]`);
    const { status, calls } = run();
    const install = "apt-get install -y --no-install-recommends sip-tester tshark";
    assert.equal(status, 0);
    assert.deepEqual(calls, [install, "apt-get update", install]);
  });

  it("given an installation that fails, when it runs as root, then it names the command and fails", () => {
    for (const name of ["sipp", "baresip", "dumpcap", "ip", "unshare", "mount", "chromium", "kamailio"]) program(name);
    program("id", "echo 0");
    program("apt-get", "exit 100");
    const { status, errors } = run();
    assert.equal(status, 1);
    assert.match(errors, /apt-get update && apt-get install -y --no-install-recommends linphone-cli\n/);
  });

  it("given password-free sudo, when it runs, then it installs with it", () => {
    for (const name of ["sipp", "baresip", "dumpcap", "ip", "unshare", "mount", "chromium", "kamailio", "apt-get"])
      program(name);
    program("id", "echo 1000");
    program("sudo", '[ "$1" = -n ] && shift; "$@"');
    program("true");
    const { status, calls } = run();
    assert.equal(status, 0);
    assert.deepEqual(calls, ["apt-get install -y --no-install-recommends linphone-cli"]);
  });
});
