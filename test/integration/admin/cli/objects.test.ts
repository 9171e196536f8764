import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { EXIT } from "../../../../src/admin/index.ts";
import { OBJECT_WORDS } from "../../../../src/admin/cli/configuration/object-words.ts";
import { fieldsOf } from "../../../../src/admin/cli/configuration/object-names.ts";
import { schemaAt } from "../../../../src/config/index.ts";
import { KINDS } from "../../../../src/database/index.ts";
import { ConfiguredCli } from "../../../support/configured-cli.ts";

interface Shown {
  readonly [key: string]: unknown;
  readonly id: string;
  readonly revision: number;
  readonly lines: readonly object[];
  readonly created: readonly object[];
  readonly password: string;
  readonly sequence: number;
}

describe("objects on the command line", () => {
  let cli: ConfiguredCli;
  const show = (...words: readonly string[]): Promise<Shown> => cli.json<Shown>(words);
  beforeEach(async () => {
    cli = await ConfiguredCli.start();
  });
  afterEach(() => cli.close());

  it("given all kinds, when their commands are looked at, then each kind has one, and its columns and options are fields", () => {
    const kinds = OBJECT_WORDS.map(({ kind }) => kind);
    assert.deepEqual(new Set([...kinds, "service-parameter"]), new Set(KINDS));
    assert.equal(new Set(OBJECT_WORDS.map(({ word }) => word)).size, OBJECT_WORDS.length);
    for (const { kind, columns, options } of OBJECT_WORDS) {
      for (const path of [...columns.map(([, field]) => field), ...options.map(({ field }) => field)]) {
        assert.ok(schemaAt(fieldsOf(kind), path.split(".")) !== undefined, `${kind} ${path}`);
      }
    }
  });

  describe("add", () => {
    it("given a phone with two lines, one of them new, when added, then it is one change that says what it made", async () => {
      await cli.run(["line", "add", "1002"]);
      const before = cli.rest.store.changesBefore(undefined, 1)[0]?.sequence ?? 0;
      const words = ["--line", "1001", "--line", "1002", "--pool", "default", "--display-name", "Ann", "maxCalls=2"];
      const { exitCode, out, err } = await cli.run(["phone", "add", "ann", ...words]);
      assert.equal(err, "");
      assert.equal(exitCode, EXIT.ok);
      assert.match(out, /^phone ann added, with the new directory number 1001@internal \(change \d+\)\n/);
      assert.match(out, /\nit signs in as 1001 with the password [0-9a-f]{16}, which is not shown again$/);
      assert.equal(cli.rest.store.sequence(), before + 1);
      const phone = await show("phone", "show", "ann");
      assert.deepEqual([phone.id, phone["maxCalls"], phone["devicePool"]], ["ann", 2, "default"]);
      assert.deepEqual(
        phone.lines.map((line) => ({ ...line })),
        [
          { directoryNumber: "1001@internal", allowControl: true },
          { directoryNumber: "1002@internal", allowControl: true, displayName: "Ann" },
        ],
      );
      assert.equal((await show("line", "show", "1001"))["displayName"], "Ann");
      assert.equal((await show("line", "show", "1002"))["displayName"], undefined);
    });

    it("given --json, when a phone is added, then programs get change, objects and password", async () => {
      const added = await show("phone", "add", "ann", "--line", "1001");
      assert.deepEqual(added.created, [
        { kind: "directory-number", id: "1001@internal" },
        { kind: "phone", id: "ann" },
      ]);
      assert.equal(added.sequence, cli.rest.store.sequence());
      const { credentials } = cli.rest.store.get("phone", "ann")?.body ?? {};
      assert.equal(credentials?.user, "1001");
      assert.equal(typeof added.password, "string");
      assert.notEqual(credentials?.ha1?.MD5, undefined);
    });

    it("given a number that another phone has, when it is the first of a phone, then --sip-user tells them apart", async () => {
      await cli.run(["phone", "add", "ann", "--line", "1001"]);
      const { exitCode, err } = await cli.run(["phone", "add", "bob", "--line", "1001"]);
      assert.equal(exitCode, EXIT.failed);
      assert.match(
        err,
        /^tandem: phone bob credentials\.user: phone ann has the same digest user 1001 \(rule-violated\)$/,
      );
      const { out } = await cli.run(["phone", "add", "bob", "--line", "1001", "--sip-user", "bob"]);
      assert.match(out, /\nit signs in as bob with the password /);
    });

    it("given route points and CTI ports, when added, then they have no password unless it is asked for", async () => {
      assert.equal((await show("route-point", "add", "rp")).password, undefined);
      assert.equal(cli.rest.store.get("route-point", "rp")?.body.credentials, undefined);
      assert.equal(typeof (await show("cti-port", "add", "port", "--password", "random")).password, "string");
    });

    it("given a password that is asked for, when typed twice, then it counts; when not the same, nothing is done", async () => {
      const words = ["user", "add", "bob", "--password", "-"];
      const twice = { isTerminal: true, secrets: ["12345678", "12345679"] };
      const refused = await cli.run(words, twice);
      assert.deepEqual([refused.exitCode, refused.err], [EXIT.usage, "tandem: they are not the same"]);
      const { exitCode, out } = await cli.run(words, { secrets: ["12345678"] });
      assert.equal(exitCode, EXIT.ok);
      assert.match(out, /^user bob added \(change \d+\)$/);
      const hash = cli.rest.store.get("user", "bob")?.body.passwordHash ?? "";
      assert.ok(await cli.rest.keeper.verifyPassword("12345678", hash));
    });

    it("given a password in clear, when a phone is added, then it is refused and says why", async () => {
      const { exitCode, err } = await cli.run(["phone", "add", "ann", "--password", "secret"]);
      assert.equal(exitCode, EXIT.usage);
      assert.match(err, /others on this host can see$/);
    });

    it("given a trunk that registers, when added, then its password is asked for, or read from a file", async () => {
      const words = ["--uri", "sip:192.0.2.1", "--registrar", "sip:192.0.2.1", "--register-user", "u"];
      const asked = await cli.run(["trunk", "add", "one", ...words], { secrets: ["secret"] });
      assert.equal(asked.exitCode, EXIT.ok, asked.err);
      const file = `${cli.rest.paths.runDir}/password`;
      writeFileSync(file, "secret\nmore\n");
      const read = await cli.run(["trunk", "add", "two", ...words, "--password-file", file]);
      assert.equal(read.exitCode, EXIT.ok, read.err);
      for (const name of ["one", "two"]) {
        assert.equal(typeof cli.rest.store.get("trunk", name)?.body.sealedPassword, "string");
      }
      const plain = await cli.run(["trunk", "add", "three", "--uri", "sip:192.0.2.3", "--address", "192.0.2.3"]);
      assert.equal(plain.exitCode, EXIT.ok, plain.err);
      assert.match((await cli.run(["trunk", "add", "x", "--password-file", "/nowhere"])).err, /cannot be read/);
    });

    for (const [what, words, message] of [
      [
        "a pool that is not there",
        ["phone", "add", "ann", "--pool", "x"],
        /^tandem: phone ann devicePool: there is no device pool x \(missing-reference\)$/,
      ],
      ["a field that is not there", ["phone", "add", "ann", "pol=x"], /^tandem: there is no field pol/],
      [
        "a value that is out of range",
        ["phone", "add", "ann", "maxCalls=0"],
        /^tandem: phone ann maxCalls: .*\(bad-object\)$/,
      ],
      [
        "one that is there",
        ["partition", "add", "internal"],
        /^tandem: partition internal: is there already \(already-exists\)$/,
      ],
    ] as const) {
      it(`given ${what}, when added, then one sentence says so with its code`, async () => {
        const { exitCode, out, err } = await cli.run(words);
        assert.notEqual(exitCode, EXIT.ok);
        assert.equal(out, "");
        assert.match(err, message);
      });
    }

    it("given a number in another partition, when added, then it stands there", async () => {
      await cli.run(["partition", "add", "sales"]);
      await cli.run(["line", "add", "1001@sales"]);
      await cli.run(["pattern", "add", "9.!", "--partition", "sales", "blocked=true"]);
      assert.equal((await show("line", "show", "1001@sales"))["number"], "1001");
      assert.equal((await show("pattern", "show", "9.!@sales"))["blocked"], true);
    });
  });

  describe("list, show, set and remove", () => {
    beforeEach(async () => {
      for (const [name, number] of [
        ["ann", "1001"],
        ["bob", "1002"],
      ] as const) {
        await cli.run(["phone", "add", name, "--line", number]);
      }
    });

    it("given phones, when listed, then each is a row; filters and search leave some out", async () => {
      const { out } = await cli.run(["phone", "list"]);
      assert.match(
        out,
        /^NAME +LINES +POOL +PROFILE +OWNER +DESCRIPTION\nann +1001@internal +default +standard-phone\nbob /,
      );
      const ids = async (...words: readonly string[]): Promise<string[]> =>
        (await cli.json<Shown[]>(["phone", "list", ...words])).map(({ id }) => id);
      assert.deepEqual(await ids(), ["ann", "bob"]);
      assert.deepEqual(await ids("name=bob"), ["bob"]);
      assert.deepEqual(await ids("--search", "1001"), ["ann"]);
    });

    it("given none of a kind, when listed, then it says so beside the output, and JSON is an empty list", async () => {
      assert.deepEqual(await cli.run(["trunk", "list"]), { exitCode: EXIT.ok, out: "", err: "there is no trunk" });
      assert.deepEqual(await cli.json(["trunk", "list"]), []);
    });

    it("given a phone, when shown, then it is YAML under its revision, without a secret", async () => {
      const { out } = await cli.run(["phone", "show", "ann"]);
      assert.match(out, /^# revision \d+\nname: ann\n/);
      assert.doesNotMatch(out, /ha1|MD5/);
    });

    it("given fields, when set, then they change and the others stay; once more, and nothing does", async () => {
      const changed = await cli.run(["phone", "set", "ann", "description=Front desk", "lines+=1002"]);
      assert.equal(changed.err, "");
      assert.match(changed.out, /^phone ann changed \(change \d+\)$/);
      const { description, lines } = await show("phone", "show", "ann");
      assert.deepEqual([description, lines.length], ["Front desk", 2]);
      assert.notEqual(cli.rest.store.get("phone", "ann")?.body.credentials?.ha1, undefined);
      const again = await cli.run(["phone", "set", "ann", "description=Front desk"]);
      assert.equal(again.out, "phone ann is like that already");
    });

    it("given nothing to set, when set, then the command line is wrong", async () => {
      assert.equal((await cli.run(["phone", "set", "ann"])).exitCode, EXIT.usage);
    });

    it("given several names, when removed, then all are gone or none", async () => {
      const refused = await cli.run(["phone", "remove", "ann", "carl"]);
      assert.deepEqual([refused.exitCode, refused.err], [EXIT.failed, "tandem: phone carl: there is none (not-found)"]);
      const { out } = await cli.run(["phone", "remove", "ann", "bob"]);
      assert.match(out, /^phone ann, bob removed \(change \d+\)$/);
      assert.deepEqual(await cli.json(["phone", "list"]), []);
    });

    it("given a number that a phone has, when removed, then it is refused", async () => {
      const { exitCode, err } = await cli.run(["line", "remove", "1001"]);
      assert.equal(exitCode, EXIT.failed);
      assert.match(err, /phone ann refers to it .*\(in-use\)$/);
    });

    it("given a phone, when it gets another password, then the hash is another", async () => {
      const hash = (): string | undefined => cli.rest.store.get("phone", "ann")?.body.credentials?.ha1?.MD5;
      const before = hash();
      const { password } = await show("phone", "set-password", "ann", "--password", "random");
      assert.match(password, /^[0-9a-f]{16}$/);
      assert.notEqual(hash(), before);
      const { out } = await cli.run(["phone", "set-password", "ann"], { secrets: ["another"] });
      assert.match(out, /^phone ann has a new password \(change \d+\)$/);
    });

    it("given a user who must change the password, when another is set, then that is done", async () => {
      const body = { name: "new", password: "given to me", mustChangePassword: true };
      await cli.rest.post("/users", body);
      const { out } = await cli.run(["user", "set-password", "new"], { secrets: ["chosen by me"] });
      assert.match(out, /^user new has a new password \(change \d+\)$/);
      assert.equal(cli.rest.store.get("user", "new")?.body.mustChangePassword, false);
    });
  });

  describe("particular commands", () => {
    it("given a line, when forwarded, then each kind and side is set, shown and taken out", async () => {
      await cli.run(["line", "add", "1001"]);
      await cli.run(["line", "forward", "1001", "--busy", "1002", "--unanswered", "1003"]);
      await cli.run(["line", "forward", "1001", "--busy", "1004", "--calls", "outside", "--css", "internal"]);
      const shown = await cli.run(["line", "forward", "1001"]);
      assert.match(shown.out, /^busy +1002 +1004 +internal\nnoAnswer +1003 +1003$/m);
      await cli.run(["line", "forward", "1001", "--unanswered", "none"]);
      await cli.run(["line", "forward", "1001", "--busy", "none", "--calls", "inside"]);
      assert.deepEqual(await cli.json(["line", "forward", "1001"]), {
        busy: { external: "1004", callingSearchSpace: "internal" },
      });
      assert.equal((await cli.run(["line", "forward", "1001", "--busy", "1", "--calls", "some"])).exitCode, EXIT.usage);
    });

    it("given a user, when devices are associated and taken away, and CTI is enabled, then the user has that", async () => {
      for (const name of ["a", "b"]) await cli.run(["route-point", "add", name]);
      await cli.run(["user", "add", "app"]);
      assert.deepEqual((await show("user", "associate", "app", "a", "b"))["devices"], ["a", "b"]);
      assert.deepEqual((await show("user", "dissociate", "app", "a"))["devices"], ["b"]);
      assert.equal((await show("user", "enable-cti", "app"))["ctiEnabled"], true);
      assert.equal((await show("user", "disable-cti", "app"))["ctiEnabled"], false);
      const { err } = await cli.run(["user", "associate", "app", "c"]);
      assert.equal(err, "tandem: user app devices.1: there is no device c (missing-reference)");
    });

    it("given parameters, when set and reset, then value, default and effect are said", async () => {
      const set = await cli.run(["parameter", "set", "ForwardMaximumHopCount", "10"]);
      assert.match(set.out, /^ForwardMaximumHopCount is 10 \(change \d+\); a change takes effect for new calls$/);
      const { value, isDefault, range } = await show("parameter", "show", "ForwardMaximumHopCount");
      assert.deepEqual([value, isDefault, range], [10, false, "1-60"]);
      assert.match(
        (await cli.run(["parameter", "list"])).out,
        /^ForwardMaximumHopCount +10 +\* +12 +1-60 +hops +callmanager +for new calls$/m,
      );
      assert.match(
        (await cli.run(["parameter", "reset", "ForwardMaximumHopCount"])).out,
        /^ForwardMaximumHopCount is 12 \(change \d+\)/,
      );
      assert.equal(
        (await cli.run(["parameter", "reset", "ForwardMaximumHopCount"])).out,
        "ForwardMaximumHopCount is 12 already",
      );
      assert.match(
        (await cli.run(["parameter", "show", "CountryCode"])).out,
        /^CountryCode: \(empty\) \(the default\)$/m,
      );
    });

    for (const [words, message] of [
      [
        ["set", "ForwardMaximumHopCount", "99"],
        /^tandem: service-parameter ForwardMaximumHopCount value: .*\(bad-object\)$/,
      ],
      [["set", "ForwardMaximumHopCount", "soon"], /expected a whole number, found soon$/],
      [["set", "CDREnabled", "maybe"], /expected true or false, found maybe$/],
      [
        ["show", "ForwardMaximumHopCont"],
        /there is no service parameter ForwardMaximumHopCont; did you mean ForwardMaximumHopCount\?$/,
      ],
    ] as const) {
      it(`given parameter ${words.join(" ")}, when run, then it is refused`, async () => {
        const { exitCode, err } = await cli.run(["parameter", ...words]);
        assert.notEqual(exitCode, EXIT.ok);
        assert.match(err, message);
      });
    }

    it("given changes, when listed, shown and undone, then what was done is seen and taken back", async () => {
      await cli.run(["partition", "add", "sales"]);
      const [newest] = await cli.json<Shown[]>(["change", "list", "--limit", "1"]);
      assert.match((await cli.run(["change", "list"])).out, /^\d+ +\S+ +cli +sales +tandem partition add sales$/m);
      const number = String(newest?.sequence);
      assert.match((await cli.run(["change", "show", number])).out, /^summary: tandem partition add sales$/m);
      assert.match((await cli.run(["undo", number])).out, new RegExp(`^change ${number} is undone \\(change \\d+\\)$`));
      assert.equal((await cli.run(["partition", "show", "sales"])).exitCode, EXIT.failed);
      assert.match((await cli.run(["undo", number])).err, /\((?:nothing-to-undo|changed-meanwhile)\)$/);
      assert.equal((await cli.run(["change", "show", "999"])).err, "tandem: there is no change 999");
      assert.equal((await cli.run(["undo", "x"])).exitCode, EXIT.usage);
      assert.match((await cli.run(["audit"])).out, /^\S+ +cli +\S+ +undone/m);
    });
  });

  describe("who asks", () => {
    it("given an administrator, when signed in by name, then the change is the administrator's", async () => {
      await cli.rest.addUser("root", "administrator", "12345678");
      const url = `http://127.0.0.1:${cli.rest.port}`;
      const words = ["partition", "add", "sales", "--url", url, "--user", "root"];
      const { exitCode, err } = await cli.runAnywhere(words, { password: "12345678" });
      assert.deepEqual([exitCode, err], [EXIT.ok, ""]);
      assert.equal(cli.rest.store.changesBefore(undefined, 1)[0]?.author, "root");
      const wrong = await cli.run(["partition", "list", "--user", "root"], { secrets: ["87654321"] });
      assert.equal(wrong.exitCode, EXIT.failed);
      assert.match(wrong.err, /\(sign-in-refused\)$/);
    });

    for (const [words, message] of [
      [["--url", "http://127.0.0.1:1"], /--url needs --user NAME/],
      [["--url", "ftp://x", "--user", "u"], /is no address such as/],
      [["--url", "http://u:p@x", "--user", "u"], /names a user/],
      [["--url", "http://x", "--user", "u", "--data-dir", "/x"], /exclude each other/],
    ] as const) {
      it(`given ${words.join(" ")}, when run, then the command line is wrong`, async () => {
        const { exitCode, err } = await cli.runAnywhere(["phone", "list", ...words], { password: "p" });
        assert.equal(exitCode, EXIT.usage);
        assert.match(err, message);
      });
    }
  });
});
