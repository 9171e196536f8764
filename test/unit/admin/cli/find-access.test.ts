import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { accessOfOwner, accessOfUser, isInClear } from "../../../../src/admin/client/find-access.ts";
import { errorCodeOf } from "../../../../src/common/index.ts";
import { TemporaryDirectory } from "../../../support/temporary-directory.ts";

describe("where REST is, and who asks", () => {
  let folder: TemporaryDirectory;
  beforeEach(() => {
    folder = new TemporaryDirectory("access");
    mkdirSync(folder.join("run"));
    writeFileSync(folder.join("run/admin.token"), "abc\n");
  });
  afterEach(() => folder.close());
  const nodeFile = (text: string): void => writeFileSync(folder.join("run/node.json"), text);

  for (const [address, url] of [
    ["127.0.0.1", "http://127.0.0.1:8080"],
    ["0.0.0.0", "http://127.0.0.1:8080"],
    ["::", "http://[::1]:8080"],
    ["2001:db8::1", "http://[2001:db8::1]:8080"],
  ] as const) {
    it(`given a node that listens on ${address}, when found, then it is ${url}`, () => {
      nodeFile(JSON.stringify({ http: { address, port: 8080 } }));
      assert.deepEqual(accessOfOwner({ dataDir: folder.path }), { url, authorization: "Bearer abc" });
    });
  }

  for (const [listening, url] of [
    ["127.0.0.1:8081", "http://127.0.0.1:8081"],
    [":::8081", "http://[::1]:8081"],
  ] as const) {
    it(`given a node that says it listens on ${listening}, when found, then its settings do not count`, () => {
      nodeFile(JSON.stringify({ http: { address: "192.0.2.1", port: 8080 } }));
      assert.equal(accessOfOwner({ dataDir: folder.path, listening }).url, url);
    });
  }

  for (const [what, text] of [
    ["no file", undefined],
    ["a file that is cut short", '{"http":'],
    ["a file without an address", "{}"],
  ] as const) {
    it(`given ${what}, when looked for, then the code is no-admin`, () => {
      if (text !== undefined) nodeFile(text);
      assert.throws(
        () => accessOfOwner({ dataDir: folder.path }),
        (error) => errorCodeOf(error) === "no-admin",
      );
    });
  }

  it("given a user, when access is made, then it is that of HTTP's basic sign-in", () => {
    assert.deepEqual(accessOfUser("https://pbx.example.org/", "ann", "a:b"), {
      url: "https://pbx.example.org",
      authorization: `Basic ${Buffer.from("ann:a:b").toString("base64")}`,
    });
  });

  for (const [url, expected] of [
    ["http://127.0.0.1:8080", false],
    ["http://[::1]:8080", false],
    ["http://localhost", false],
    ["https://192.0.2.1", false],
    ["http://192.0.2.1", true],
    ["http://127.example.org", true],
  ] as const) {
    it(`given ${url}, when a password goes there, then it ${expected ? "may" : "may not"} be read on its way`, () => {
      assert.equal(isInClear(url), expected);
    });
  }
});
