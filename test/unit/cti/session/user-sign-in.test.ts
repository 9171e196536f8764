import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { RandomIds } from "../../../../src/common/index.ts";
import { CtiError, LocalTokens, UserDirectory, UserSignIn } from "../../../../src/cti/index.ts";
import { ctiToken } from "../../../../src/database/model/cti-tokens.ts";
import { user } from "../../../../src/database/model/users.ts";
import type { ConfigurationNow } from "../../../../src/cti/session/user-directory.ts";
import { ManualClock } from "../../../support/manual-clock.ts";

const HASH = "$argon2id$v=19$m=19456,t=2,p=1$abcdefgh$abcdefghijklmnop";
const LOOPBACK = { address: "127.0.0.1", isSecure: false };

describe("UserSignIn", () => {
  const objects = new Map<string, unknown>();
  let clock: ManualClock;
  let wrongTokens: number;
  let local: LocalTokens;
  let signIn: UserSignIn;
  beforeEach(() => {
    objects.clear();
    clock = new ManualClock(Date.UTC(2026, 0, 1));
    wrongTokens = 0;
    local = new LocalTokens(clock, new RandomIds());
    const directory = new UserDirectory({ get: (kind, name) => objects.get(`${kind} ${name}`) } as ConfigurationNow);
    const judge = {
      isRight: async (_user: string, hash: string | undefined, password: string) =>
        hash === HASH && password === "right",
      noteWrongToken: () => void (wrongTokens += 1),
    };
    signIn = new UserSignIn(directory, judge, local, clock);
  });
  const addUser = (changes: object = {}): void => {
    objects.set("user ann", user.parse({ name: "ann", ctiEnabled: true, passwordHash: HASH, ...changes }));
  };
  const codeOf = async (credentials: Parameters<UserSignIn["signIn"]>[0], from = LOOPBACK): Promise<string> => {
    try {
      return (await signIn.signIn(credentials, from)).name;
    } catch (error) {
      assert.ok(error instanceof CtiError, String(error));
      return error.code;
    }
  };

  it("given passwords, when judged, then each refusal has its own code", async () => {
    const right = { user: "ann", password: "right" };
    assert.equal(await codeOf(right), "auth-failed");
    addUser();
    assert.equal(await codeOf({ user: "ann", password: "wrong" }), "auth-failed");
    assert.equal(await codeOf(right), "ann");
    addUser({ mustChangePassword: true });
    assert.equal(await codeOf(right), "auth-expired");
    addUser({ ctiEnabled: false });
    assert.equal(await codeOf(right), "auth-not-cti-user");
    addUser({ permissions: ["secure-connection"] });
    assert.equal(await codeOf(right), "auth-insecure-transport");
    assert.equal(await codeOf(right, { ...LOOPBACK, isSecure: true }), "ann");
  });

  it("given tokens, when judged, then the whole of it has to be right, and it has a time", async () => {
    addUser();
    const token = "wall.board.secret";
    const tokenHash = createHash("sha256").update(token).digest("hex");
    const put = (changes: object): void => {
      objects.set("cti-token wall.board", ctiToken.parse({ name: "wall.board", user: "ann", ...changes }));
    };
    put({ tokenHash, expiresAt: "2026-01-01T00:00:10Z" });
    assert.equal(await codeOf({ token }), "ann");
    assert.equal((await signIn.signIn({ token }, LOOPBACK)).token, "wall.board");
    for (const wrong of ["wall.board.secre", "wall.board", "secret", "", "."]) {
      assert.equal(await codeOf({ token: wrong }), "auth-failed", wrong);
    }
    assert.equal(wrongTokens, 5);
    clock.advance(10_000);
    assert.equal(await codeOf({ token }), "auth-expired");
    put({});
    assert.equal(await codeOf({ token }), "auth-failed");
  });

  it("given a token of the node's owner, when used, then it is good once, and for a minute", async () => {
    const token = local.make();
    assert.equal(await codeOf({ token }), "cli");
    assert.equal(await codeOf({ token }), "auth-failed");
    const late = local.make();
    clock.advance(60_000);
    assert.equal(await codeOf({ token: late }), "auth-failed");
  });
});
