import assert from "node:assert/strict";
import { computeHa1 } from "../../../../src/common/index.ts";
import { keepingSecrets, withoutSecrets, type ConfigurationStore } from "../../../../src/database/index.ts";
import { change, create, merge, openNewStore, plainKeeper, refusalOf } from "../../../support/configuration-store.ts";

describe("secrets of the configuration", () => {
  let store: ConfigurationStore;
  beforeEach(async () => (store = await openNewStore()));
  afterEach(() => store.close());

  const ha1Of = (user: string, password: string): unknown =>
    computeHa1(["MD5", "SHA-256"], { user, realm: plainKeeper.realm, password });
  const credentialsOf = (name: string): unknown => store.get("phone", name)?.body.credentials;
  const addLine = (number: string): Promise<unknown> => change(store, create("directory-number", { number }));

  it("given a phone's password, when made, then hashes are kept with the user they are of: given, first line, or name", async () => {
    await addLine("1001");
    const lines = [{ directoryNumber: "1001" }];
    await change(
      store,
      create("phone", { name: "a", credentials: { user: "u", password: "p" } }),
      create("phone", { name: "b", lines, credentials: { password: "p" } }),
      create("phone", { name: "c", credentials: { password: "p" } }),
    );
    assert.deepEqual(credentialsOf("a"), { user: "u", ha1: ha1Of("u", "p") });
    assert.deepEqual(credentialsOf("b"), { user: "1001", ha1: ha1Of("1001", "p") });
    assert.deepEqual(credentialsOf("c"), { user: "c", ha1: ha1Of("c", "p") });
  });

  it("given credentials, when the lines change, then the user stays that the hashes are of", async () => {
    await addLine("1001");
    await change(
      store,
      create("phone", { name: "a", lines: [{ directoryNumber: "1001" }], credentials: { password: "p" } }),
    );
    await change(store, merge("phone", "a", { lines: [] }));
    assert.deepEqual(credentialsOf("a"), { user: "1001", ha1: ha1Of("1001", "p") });
  });

  it("given credentials, when another user or the loss of the hashes is asked for without a password, then it is refused", async () => {
    await change(store, create("phone", { name: "a", credentials: { user: "u", password: "p" } }));
    assert.match(
      (await refusalOf(change(store, merge("phone", "a", { credentials: { user: "v" } }))))[0] ?? "",
      /credentials\.user: expected a password/,
    );
    const without = { name: "a", credentials: { user: "u" } };
    assert.match(
      (await refusalOf(change(store, { type: "put", kind: "phone", body: without })))[0] ?? "",
      /credentials: expected a password/,
    );
    await change(store, merge("phone", "a", { credentials: { user: "v", password: "q" } }));
    assert.deepEqual(credentialsOf("a"), { user: "v", ha1: ha1Of("v", "q") });
    await change(store, merge("phone", "a", { credentials: null }));
    assert.equal(credentialsOf("a"), undefined);
  });

  it("given a trunk's password, when made, then it is kept encrypted and a new one takes its place", async () => {
    await change(store, create("trunk", { name: "t", uri: "sip:192.0.2.1", password: "one" }));
    assert.equal(store.get("trunk", "t")?.body.sealedPassword, plainKeeper.seal("one"));
    await change(store, merge("trunk", "t", { password: "two" }));
    const { password, sealedPassword } = store.get("trunk", "t")?.body ?? {};
    assert.deepEqual([password, sealedPassword], [undefined, plainKeeper.seal("two")]);
  });

  it("given a user's password and PIN, when made or merged, then hashes of them are kept, and bad ones are refused", async () => {
    await change(store, create("user", { name: "u", password: "password1", pin: "1234" }));
    await change(store, merge("user", "u", { password: "password2" }));
    const { password, pin, passwordHash, pinHash } = store.get("user", "u")?.body ?? {};
    assert.deepEqual([password, pin], [undefined, undefined]);
    assert.equal(passwordHash, await plainKeeper.hashPassword("password2"));
    assert.equal(pinHash, await plainKeeper.hashPassword("1234"));
    assert.match(
      (await refusalOf(change(store, merge("user", "u", { password: "short" }))))[0] ?? "",
      /^bad-object user u password/,
    );
  });

  it("given any secret, when made, then no change and no object on file holds it in clear", async () => {
    await change(
      store,
      create("user", { name: "u", password: "clear-text", pin: "123456789" }),
      create("phone", { name: "p", credentials: { password: "clear-text" } }),
      create("trunk", { name: "t", uri: "sip:192.0.2.1", password: "clear-text" }),
    );
    const all = JSON.stringify([store.changesAfter(0, 10), store.all("user"), store.all("phone"), store.all("trunk")]);
    assert.ok(!all.includes("clear-text") && !all.includes("123456789"));
  });

  it("given bodies with secrets, when shown without, then nothing else is missing, and keeping them gives the bodies back", async () => {
    await change(
      store,
      create("user", { name: "u", password: "password1", pin: "1234" }),
      create("phone", { name: "p", credentials: { password: "secret" } }),
      create("trunk", { name: "t", uri: "sip:192.0.2.1", password: "secret" }),
    );
    const phone = store.get("phone", "p")?.body ?? assert.fail();
    assert.deepEqual(withoutSecrets("phone", phone).credentials, { user: "p" });
    assert.deepEqual(keepingSecrets("phone", withoutSecrets("phone", phone), phone), phone);
    const user = store.get("user", "u")?.body ?? assert.fail();
    assert.deepEqual(
      Object.keys(withoutSecrets("user", user)).filter((key) => /password|pin/.test(key)),
      [],
    );
    assert.deepEqual(keepingSecrets("user", withoutSecrets("user", user), user), user);
    const trunk = store.get("trunk", "t")?.body ?? assert.fail();
    assert.equal(withoutSecrets("trunk", trunk).sealedPassword, undefined);
    assert.deepEqual(keepingSecrets("trunk", withoutSecrets("trunk", trunk), trunk), trunk);
  });

  it("given a password, another user or no credentials, when secrets are kept, then the old hashes are not", async () => {
    await change(store, create("phone", { name: "p", credentials: { user: "u", password: "secret" } }));
    const phone = store.get("phone", "p")?.body ?? assert.fail();
    const keptWith = (credentials: object): unknown =>
      keepingSecrets("phone", { ...phone, credentials }, phone).credentials;
    assert.deepEqual(keptWith({ password: "new" }), { password: "new", user: "u" });
    assert.deepEqual(keptWith({ user: "v" }), { user: "v" });
    const { credentials: gone, ...rest } = phone;
    assert.ok(gone);
    assert.equal(keepingSecrets("phone", rest, phone).credentials, undefined);
  });
});
