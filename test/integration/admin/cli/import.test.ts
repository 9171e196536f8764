import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { EXIT } from "../../../../src/admin/index.ts";
import { ConfiguredCli } from "../../../support/configured-cli.ts";

const OFFICE = `# yaml-language-server: $schema=schema.json
version: 1
directoryNumbers:
  - { number: "1001", displayName: Ann }
  - number: "1002"
phones:
  - name: ann
    lines: [{ directoryNumber: "1001" }]
    credentials: { password: secret-1 }
  - name: bob
    lines:
      - directoryNumber: "1002"
users:
  - { name: app, password: 12345678a, ctiEnabled: true, devices: [ann, bob] }
`;

describe("the configuration as one file", () => {
  let cli: ConfiguredCli;
  let file: string;
  const write = (text: string): void => writeFileSync(file, text);
  beforeEach(async () => {
    cli = await ConfiguredCli.start();
    file = join(cli.rest.paths.dataDir, "office.yaml");
    write(OFFICE);
  });
  afterEach(() => cli.close());

  it("given a file, when imported, then it is one change; once more, and nothing is different", async () => {
    const before = cli.rest.store.sequence();
    const first = await cli.run(["import", file]);
    assert.equal(first.exitCode, EXIT.ok, first.err);
    assert.equal(first.out, `${file}: 5 created, 0 changed, 0 removed, 0 unchanged (change ${before + 1})`);
    assert.equal(cli.rest.store.sequence(), before + 1);
    assert.equal(cli.rest.store.get("phone", "ann")?.body.lines[0]?.directoryNumber, "1001@internal");
    write(OFFICE.replace("password: 12345678a, ", "").replace("{ password: secret-1 }", "{}"));
    const again = await cli.json(["import", file]);
    assert.deepEqual([again["created"], again["changed"], again["removed"], again["unchanged"]], [0, 0, 0, 5]);
    assert.equal(cli.rest.store.sequence(), before + 1);
  });

  it("given no terminal, when imported, then each phase is a line", async () => {
    const { err } = await cli.run(["import", file]);
    const [reading, checking, sending, ...others] = err.split("\n");
    assert.deepEqual([reading, checking, sending], [`reading ${file}`, "checking", "sending"]);
    assert.ok(others.length > 0 && new Set(others).size === others.length, err);
  });

  it("given a terminal, when imported, then it is drawn how far it is", async () => {
    const drawn: string[] = [];
    const { err } = await cli.run(["import", file], { onDrawn: (text) => void drawn.push(text) });
    assert.equal(err, "");
    assert.ok(
      drawn.some((text) => /\[=+ *\] \d+ % \(\d+ of \d+\)$/.test(text)),
      drawn.join("\n"),
    );
  });

  it("given --dry-run, when imported, then it says what would be done and nothing is", async () => {
    const before = cli.rest.store.sequence();
    const { out } = await cli.run(["import", file, "--dry-run"]);
    assert.equal(out, `${file} would do: 5 created, 0 changed, 0 removed, 0 unchanged (nothing was done)`);
    assert.equal(cli.rest.store.sequence(), before);
  });

  it("given --mode replace, when imported, then what the file does not name goes", async () => {
    await cli.run(["partition", "add", "old"]);
    const whole = await cli.run(["export", file]);
    assert.equal(whole.exitCode, EXIT.ok, whole.err);
    write(readFileSync(file, "utf8").replace(/ {2}- name: old\n/, ""));
    const { out, err } = await cli.run(["import", file, "--mode", "replace"]);
    assert.match(out, /: 0 created, 0 changed, 1 removed, \d+ unchanged \(change \d+\)$/, err);
    assert.equal(cli.rest.store.get("partition", "old"), undefined);
  });

  describe("with something wrong", () => {
    const refused = async (from: string, to: string, expected: readonly string[]): Promise<void> => {
      write(OFFICE.replace(from, to));
      const before = cli.rest.store.sequence();
      const { exitCode, out, err } = await cli.run(["import", file]);
      assert.deepEqual([exitCode, out], [EXIT.badConfig, ""], err);
      const lines = err.split("\n").filter((line) => line.startsWith(`${file}:`));
      assert.deepEqual(
        lines,
        expected.map((line) => `${file}:${line}`),
      );
      assert.equal(cli.rest.store.sequence(), before);
    };

    for (const [what, from, to, expected] of [
      [
        "a key that is unknown",
        "displayName: Ann",
        "displayname: Ann",
        ["4:23: directoryNumbers[0].displayname: unknown key; did you mean displayName?"],
      ],
      [
        "a number without quotes",
        'number: "1002"',
        "number: 0123",
        ['5:13: directoryNumbers[1].number: expected text, found 0123; write it in quotes: "0123"'],
      ],
      ["a list that is none", "[ann, bob]", "ann", ['14:66: users[0].devices: expected a list (- item), found "ann"']],
      [
        "a password that is too short",
        "12345678a",
        "abc",
        ["14:28: users[0].password: must have at least 8 characters, found 3"],
      ],
      [
        "two at once",
        "- name: ann",
        "- nam: an",
        ["7:5: phones[0].name: is missing", "7:5: phones[0].nam: unknown key; did you mean name?"],
      ],
    ] as const) {
      it(`given ${what}, when imported, then file, line, column and what was expected are said`, () =>
        refused(from, to, expected));
    }

    it("given YAML that is none, when imported, then the place is said", async () => {
      write("phones: [");
      const { exitCode, err } = await cli.run(["import", file]);
      assert.equal(exitCode, EXIT.badConfig);
      assert.match(err, new RegExp(`${file}:1:\\d+: `));
    });

    it("given no file, when imported, then it says so", async () => {
      const { exitCode, err } = await cli.run(["import", "/nowhere.yaml"]);
      assert.equal(exitCode, EXIT.badConfig);
      assert.match(err, /^\/nowhere\.yaml: there is no such file$/m);
    });

    it("given a reference to nothing, when imported, then the server's word stands at its line", () =>
      refused('directoryNumber: "1002"', 'directoryNumber: "1009"', [
        "12:26: phones[1].lines[0].directoryNumber: there is no directory number 1009@internal",
      ]));

    it("given a rule between objects that is broken, when imported, then it stands at the object's line", () =>
      refused("[ann, bob]", "[ann, ann]", ["14:72: users[0].devices[1]: ann is there twice"]));
  });

  describe("when Ctrl-C is pressed", () => {
    it("given nothing was sent, when it ends, then nothing was done", async () => {
      const before = cli.rest.store.sequence();
      const { exitCode, out, err } = await cli.run(["import", file], { interrupted: AbortSignal.abort() });
      assert.deepEqual([exitCode, out], [EXIT.interrupted, ""]);
      assert.match(err, /^tandem: interrupted; nothing was done$/m);
      assert.equal(cli.rest.store.sequence(), before);
    });

    it("given many objects that are being read, when it ends, then the node does not make the change later either", async () => {
      const numbers = (first: number): string =>
        Array.from({ length: 2_000 }, (_, index) => `  - number: "${first + index}"\n`).join("");
      const before = cli.rest.store.sequence();
      const controller = new AbortController();
      const onDrawn = (text: string): void => {
        if (text.startsWith("read")) controller.abort();
      };
      write(`version: 1\ndirectoryNumbers:\n${numbers(10_000)}`);
      const { exitCode, err } = await cli.run(["import", file], { interrupted: controller.signal, onDrawn });
      assert.equal(exitCode, EXIT.interrupted);
      assert.match(err, /interrupted; nothing was done$/);
      // As long again: the first one would be done by then.
      write(`version: 1\ndirectoryNumbers:\n${numbers(20_000)}`);
      assert.equal((await cli.run(["import", file])).exitCode, EXIT.ok);
      assert.equal(cli.rest.store.sequence(), before + 1);
      assert.equal(cli.rest.store.get("directory-number", "10000@internal"), undefined);
    });

    for (const phase of ["sending", "read", "apply"]) {
      it(`given the node is at ${phase}, when it ends, then it says truly whether it was done`, async () => {
        const before = cli.rest.store.sequence();
        const controller = new AbortController();
        const onDrawn = (text: string): void => {
          if (text.startsWith(phase)) controller.abort();
        };
        const { exitCode, out, err } = await cli.run(["import", file], { interrupted: controller.signal, onDrawn });
        assert.deepEqual([exitCode, out], [EXIT.interrupted, ""], err);
        const wasDone = /change \d+ had been made already: `tandem undo \d+` takes it back$/.test(err);
        if (!wasDone) assert.match(err, /^tandem: interrupted; nothing was done$/m);
        assert.equal(cli.rest.store.sequence(), wasDone ? before + 1 : before);
        // What the node is still at is over when the next change is made.
        await cli.run(["partition", "add", "after"]);
        assert.equal(cli.rest.store.get("phone", "ann") !== undefined, wasDone, err);
        if (phase === "apply") assert.ok(wasDone, err);
      });
    }
  });

  describe("export", () => {
    it("given a configuration, when exported, then it is YAML without secrets, and a file is its owner's", async () => {
      await cli.run(["import", file]);
      const { out } = await cli.run(["export"]);
      const document = parse(out) as { phones: { name: string }[]; users: object[] };
      assert.deepEqual(
        document.phones.map(({ name }) => name),
        ["ann", "bob"],
      );
      assert.doesNotMatch(out, /ha1|passwordHash/);
      assert.match(out, /number: "1001"/);
      const target = join(cli.rest.paths.dataDir, "export.yaml");
      writeFileSync(target, "", { mode: 0o644 });
      const { err } = await cli.run(["export", target]);
      assert.match(err, /^\d+ objects written to /);
      assert.equal(readFileSync(target, "utf8"), `${out}\n`);
      assert.equal(statSync(target).mode & 0o777, 0o600);
      assert.deepEqual(await cli.json(["export"]), document);
    });

    it("given an export with secrets, when another node imports it, then both have the same", async () => {
      await cli.run(["import", file]);
      const { out } = await cli.run(["export", "--secrets"]);
      assert.match(out, /passwordHash/);
      write(out);
      const other = await ConfiguredCli.start();
      try {
        const imported = await other.run(["import", file, "--mode", "replace"]);
        assert.equal(imported.exitCode, EXIT.ok, imported.err);
        assert.equal((await other.run(["export", "--secrets"])).out, out);
      } finally {
        await other.close();
      }
    });

    it("given a place that cannot be written, when exported, then it says so", async () => {
      const { exitCode, err } = await cli.run(["export", "/nowhere/x.yaml"]);
      assert.equal(exitCode, EXIT.failed);
      assert.match(err, /\/nowhere\/x\.yaml cannot be written/);
    });
  });

  it("given the schema, when written, then it names every kind and says how a file names it", async () => {
    const { out } = await cli.runAnywhere(["schema"]);
    const { properties } = JSON.parse(out) as { properties: Record<string, unknown> };
    assert.ok("phones" in properties && "huntPilots" in properties);
    const target = join(cli.rest.paths.dataDir, "schema.json");
    const { err } = await cli.runAnywhere(["schema", "--output", target]);
    assert.equal(err, `written to ${target}; begin a file with: # yaml-language-server: $schema=${target}`);
    assert.equal(readFileSync(target, "utf8"), `${out}\n`);
  });
});
