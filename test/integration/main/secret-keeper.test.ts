import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { SCHEMAS } from "../../../src/database/index.ts";
import { NodeSecretKeeper } from "../../../src/main/secrets/secret-keeper.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";

describe("the keeper of secrets", () => {
  let directory: TemporaryDirectory;
  let keyPath: string;
  let keeper: NodeSecretKeeper;
  beforeEach(() => {
    directory = new TemporaryDirectory("secrets");
    keyPath = directory.join("secret.key");
    keeper = another();
  });
  afterEach(() => {
    directory.close();
  });

  function another(path = keyPath): NodeSecretKeeper {
    return new NodeSecretKeeper("tandem.test", path);
  }

  describe("sealing", () => {
    it("given no key, when something is sealed, then there is a key of 32 bytes that only its owner can read, and nothing else", () => {
      keeper.seal("secret");
      assert.equal(statSync(keyPath).size, 32);
      assert.equal(statSync(keyPath).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(directory.path), ["secret.key"]);
    });

    it("given a sealed secret, when another keeper with the same key opens it, then it is as it was", () => {
      for (const text of ["secret", "", "pässwörd €", "\u{1F511}".repeat(64), "漢".repeat(128), 'a"b\\c'])
        assert.equal(another().unseal(keeper.seal(text)), text);
    });

    it("given the longest password of any script, when it is sealed, then the configuration takes it", () => {
      const sealed = keeper.seal("漢".repeat(128));
      assert.match(sealed, /^v1\./);
      const trunk = { name: "carrier", uri: "sip:192.0.2.1", sealedPassword: sealed };
      assert.equal(SCHEMAS.trunk.parse(trunk).sealedPassword, sealed);
    });

    it("given the same secret twice, when it is sealed, then the results differ", () => {
      assert.notEqual(keeper.seal("secret"), keeper.seal("secret"));
    });

    it("given a secret that cannot fit, when it is sealed, then that is refused", () => {
      assert.throws(() => keeper.seal("x".repeat(171)), { code: "secret-too-long" });
    });
  });

  describe("what cannot be read", () => {
    it("given another key, or none, when a secret is opened, then it is unreadable, and no key is made", () => {
      const sealed = keeper.seal("secret");
      const other = directory.join("other.key");
      assert.throws(() => another(other).unseal(sealed), { code: "secret-unreadable" });
      assert.deepEqual(readdirSync(directory.path), ["secret.key"]);
      another(other).seal("x");
      assert.throws(() => another(other).unseal(sealed), { code: "secret-unreadable" });
    });

    it("given a secret with any byte changed, cut off, or of another version, when it is opened, then it is unreadable", () => {
      const sealed = keeper.seal("secret");
      const bytes = Buffer.from(sealed.slice(3), "base64");
      const spoiled = [...bytes.keys()].map((index) => {
        const copy = Buffer.from(bytes);
        copy[index] = (copy[index] ?? 0) ^ 1;
        return `v1.${copy.toString("base64")}`;
      });
      const cut = [0, 10, 27, bytes.length - 1].map((length) => `v1.${bytes.subarray(0, length).toString("base64")}`);
      for (const text of [...spoiled, ...cut, `v2.${sealed.slice(3)}`, "", "garbage"])
        assert.throws(() => keeper.unseal(text), { code: "secret-unreadable" }, text);
      assert.equal(keeper.unseal(sealed), "secret");
    });

    it("given a key file that others can read, a link, or no key, when it is used, then it is refused with its name", () => {
      const sealed = keeper.seal("secret");
      chmodSync(keyPath, 0o640);
      assert.throws(() => another().unseal(sealed), { code: "secret-key-refused", message: /secret\.key .*chmod/ });
      assert.throws(() => another().seal("x"), { code: "secret-key-refused" });
      chmodSync(keyPath, 0o600);
      const link = directory.join("link.key");
      symlinkSync(keyPath, link);
      assert.throws(() => another(link).unseal(sealed), { code: "secret-key-refused" });
      const short = directory.join("short.key");
      for (const content of ["", "x".repeat(31), "x".repeat(33)]) {
        writeFileSync(short, content, { mode: 0o600 });
        assert.throws(() => another(short).seal("x"), { code: "secret-key-refused" });
        assert.equal(readFileSync(short, "utf8"), content);
      }
    });

    it("given a key file that was refused, when it is put right, then the same keeper uses it", () => {
      const sealed = keeper.seal("secret");
      chmodSync(keyPath, 0o644);
      const late = another();
      assert.throws(() => late.unseal(sealed), { code: "secret-key-refused" });
      chmodSync(keyPath, 0o600);
      assert.equal(late.unseal(sealed), "secret");
    });
  });

  describe("passwords", () => {
    it("given a password, when it is hashed, then the configuration takes the hash, and only that password fits it", async () => {
      const passwordHash = await keeper.hashPassword("correct horse");
      assert.equal(SCHEMAS.user.parse({ name: "ada", passwordHash }).passwordHash, passwordHash);
      assert.equal(await keeper.verifyPassword("correct horse", passwordHash), true);
      assert.equal(await keeper.verifyPassword("correct horsf", passwordHash), false);
      assert.notEqual(await keeper.hashPassword("correct horse"), passwordHash);
    });

    it("given what is no hash, or one that would cost too much, when a password is checked, then it does not fit", async () => {
      const good = await keeper.hashPassword("correct horse");
      const costly = good.replace("m=19456", "m=4194304");
      assert.notEqual(costly, good);
      for (const text of ["", "$argon2id$", "correct horse", costly, good.replace("t=2", "t=4000000000")])
        assert.equal(await keeper.verifyPassword("correct horse", text), false, text);
    });
  });
});
