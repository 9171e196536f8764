import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { Cleanup } from "../support/cleanup.ts";
import { SipPhone } from "../support/sip-phone.ts";
import { TandemNode } from "../support/tandem-node.ts";
import { doneOn } from "../support/tandem-shell.ts";
import { TemporaryDirectory } from "../support/temporary-directory.ts";

const PASSWORD = "correct horse";
const MODES = ["merge", "replace"] as const;

describe("the configuration of one node on another", () => {
  const whole = new Cleanup();
  const cleanup = new Cleanup();
  let node: TandemNode;
  let folder: TemporaryDirectory;

  before(async () => {
    folder = whole.add(new TemporaryDirectory("export"), (one) => one.close());
    node = whole.add(await TandemNode.start({ phones: [] }), (one) => one.stop());
    writeFileSync(folder.join("password"), `${PASSWORD}\n`);
    const password = ["--password-file", folder.join("password")];
    for (const words of [
      ["phone", "add", "desk", "--line", "1001", ...password],
      ["phone", "add", "hall", "--line", "1002", ...password],
      ["cti-port", "add", "port", "--line", "1003"],
      ["user", "add", "ann", "role=administrator", ...password],
      ["trunk", "add", "carrier", "uri=sip:127.0.0.1:5999", "pingSeconds=0", ...password],
      ["line", "forward", "1001", "--busy", "1002", "--calls", "outside"],
      ["parameter", "set", "ForwardMaximumHopCount", "5"],
    ]) {
      await doneOn(node, words);
    }
  });
  after(() => whole.run());
  afterEach(() => cleanup.run());

  const statusOfRegister = async (where: TandemNode, user: string): Promise<number> => {
    const server = { address: "127.0.0.1", port: where.sipPort };
    const phone = cleanup.add(await SipPhone.start({ number: user, user, password: PASSWORD, server }), (one) =>
      one.close(),
    );
    return (await phone.register()).status;
  };
  const signIn = async (where: TandemNode): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`ann:${PASSWORD}`).toString("base64")}`;
    return (await fetch(`${where.http}/api/v1/me`, { headers: { authorization } })).status;
  };
  const exported = async (where: TandemNode, secrets: boolean): Promise<{ text: string; file: string }> => {
    const text = await doneOn(where, ["export", ...(secrets ? ["--secrets"] : [])]);
    const file = folder.join(`export-${secrets}.yaml`);
    writeFileSync(file, text);
    return { text, file };
  };

  for (const secrets of [true, false]) {
    for (const mode of MODES) {
      const how = `${secrets ? "with" : "without"} secrets, ${mode}`;
      it(`given an export ${how}, when the same node imports it, then nothing is different and phones and users sign in`, async () => {
        const { file } = await exported(node, secrets);
        const before = (await exported(node, true)).text;
        const said = await doneOn(node, ["import", file, "--mode", mode]);
        assert.match(said, /: 0 created, 0 changed, 0 removed, \d+ unchanged\n$/);
        assert.equal((await exported(node, true)).text, before);
        assert.deepEqual([await statusOfRegister(node, "1001"), await signIn(node)], [200, 200]);
      });

      it(`given an export ${how}, when an empty node imports it, then both export the same, and who can sign in is right`, async () => {
        const { text, file } = await exported(node, secrets);
        const empty = cleanup.add(await TandemNode.start({ phones: [] }), (one) => one.stop());
        await doneOn(empty, ["import", file, "--mode", mode]);
        assert.equal(await doneOn(empty, ["export", ...(secrets ? ["--secrets"] : [])]), text);
        const [desk, hall, user] = [
          await statusOfRegister(empty, "1001"),
          await statusOfRegister(empty, "1002"),
          await signIn(empty),
        ];
        if (secrets) assert.deepEqual([desk, hall, user], [200, 200, 200]);
        else assert.ok(desk !== 200 && hall !== 200 && user === 401, `${desk} ${hall} ${user}`);
      });
    }
  }
});
