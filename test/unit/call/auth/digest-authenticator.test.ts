import assert from "node:assert/strict";
import { RandomIds, silentLogger } from "../../../../src/common/index.ts";
import {
  DigestAuthenticator,
  type AuthenticationFacts,
  type AuthenticationResult,
  type DigestAuthenticatorOptions,
} from "../../../../src/call/auth/digest-authenticator.ts";
import { ManualClock } from "../../../support/manual-clock.ts";
import { sampleInventory, samplePeer, samplePhone, sampleProfile } from "../device/sample-devices.ts";
import { authorizationFor, challengesOf, type DigestAnswer } from "./digest-client.ts";

const ALICE = { user: "user1001", password: "secret1001" };
const WRONG = { user: "user1001", password: "wrong" };
const NOBODY = { user: "nobody", password: "wrong" };
const FACTS: AuthenticationFacts = {
  method: "INVITE",
  requestUri: "sip:1002@tandem.test",
  authorization: [],
  claimedUser: "1001",
  source: { protocol: "udp", address: "192.0.2.7", port: 5060 },
};

describe("DigestAuthenticator", () => {
  let clock: ManualClock;
  let authenticator: DigestAuthenticator;
  let bound: Set<string>;
  let logged: string[];

  const inventory = sampleInventory(
    [
      samplePhone("1001"),
      samplePhone("1002", { profile: sampleProfile({ digestAlgorithms: ["SHA-256", "MD5"], transports: ["tcp"] }) }),
      samplePhone("1003", { profile: sampleProfile({ digestAlgorithms: ["SHA-256"] }) }),
      samplePhone("1004", { profile: sampleProfile({ digestLegacy: true }) }),
    ],
    [samplePeer("trunk", { addresses: ["198.51.100.0/24"] })],
  );
  const makeAuthenticator = (changes: Partial<DigestAuthenticatorOptions> = {}): DigestAuthenticator =>
    new DigestAuthenticator({
      inventory,
      secret: "x".repeat(64),
      clock,
      ids: new RandomIds(),
      logger: { ...silentLogger, info: (line) => logged.push(line), warn: (line) => logged.push(`! ${line}`) },
      hasBindingFrom: (address) => bound.has(address),
      ...changes,
    });
  const verify = (authorization: readonly string[], changes: Partial<AuthenticationFacts> = {}): AuthenticationResult =>
    authenticator.verify({ ...FACTS, authorization, ...changes });
  const challenge = (changes: Partial<AuthenticationFacts> = {}): ReadonlyMap<string, string> => {
    const [first] = challengesOf(verify([], changes));
    assert.ok(first);
    return first;
  };
  /** Takes a challenge and answers it from the same source. */
  const answer = (given: DigestAnswer, changes: Partial<AuthenticationFacts> = {}): AuthenticationResult =>
    verify([authorizationFor(challenge(changes), given)], changes);
  const isStale = (result: AuthenticationResult): boolean => challengesOf(result)[0]?.get("stale") === "true";
  const from = (address: string): Partial<AuthenticationFacts> => ({ source: { ...FACTS.source, address } });
  const failTimes = (times: number, given: DigestAnswer, changes: Partial<AuthenticationFacts> = {}): string[] =>
    Array.from({ length: times }, () => answer(given, changes).kind);

  beforeEach(() => {
    clock = new ManualClock();
    bound = new Set();
    logged = [];
    authenticator = makeAuthenticator();
  });

  describe("challenge", () => {
    it("given no credentials, when a request is verified, then it is challenged with 401 and no stale", () => {
      const result = verify([]);
      assert.equal(result.kind === "challenge" && result.status, 401);
      const [params] = challengesOf(result);
      assert.deepEqual([...(params?.keys() ?? [])], ["realm", "nonce", "opaque", "algorithm", "qop"]);
      assert.equal(params?.get("realm"), "tandem.test");
    });

    const algorithmsFor = (claimedUser: string): (string | undefined)[] =>
      challengesOf(verify([], { claimedUser })).map((params) => params.get("algorithm"));

    it("given a claimed user or number, when it is challenged, then with the algorithms of its profile in order", () => {
      assert.deepEqual(algorithmsFor("1001"), ["MD5"]);
      assert.deepEqual(algorithmsFor("1002"), ["SHA-256", "MD5"]);
      assert.deepEqual(algorithmsFor("user1003"), ["SHA-256"]);
    });

    it("given an unknown user, when it is challenged, then as one with the default profile", () => {
      assert.deepEqual(algorithmsFor("nobody"), ["MD5"]);
    });

    it("given credentials of another realm or scheme, when they are verified, then they count as none", () => {
      const foreign = authorizationFor(challenge(), ALICE).replace("tandem.test", "other.test");
      assert.equal(isStale(verify([foreign, "Basic YTpi"])), false);
    });
  });

  describe("right credentials", () => {
    it("given a challenge, when it is answered rightly, then the phone is known", () => {
      const result = answer(ALICE);
      assert.equal(result.kind === "ok" && result.phone.name, "phone-1001");
    });

    it("given another's From, when credentials are right, then the phone is the one of the credentials", () => {
      const result = answer(ALICE, { claimedUser: "1004" });
      assert.equal(result.kind === "ok" && result.phone.directoryNumber, "1001");
    });

    it("given two algorithms, when either is used, then it is good", () => {
      const tcp = { claimedUser: "1002", source: { ...FACTS.source, protocol: "tcp" } };
      for (const index of [0, 1]) {
        const params = challengesOf(verify([], tcp))[index];
        assert.ok(params);
        const value = authorizationFor(params, { user: "user1002", password: "secret1002" });
        assert.equal(verify([value], tcp).kind, "ok");
      }
    });

    it("given fields of several realms, when ours is right, then the phone is known", () => {
      const ours = authorizationFor(challenge(), ALICE);
      assert.equal(verify([ours.replace('realm="tandem.test"', 'realm="x"'), ours]).kind, "ok");
    });

    it("given one nonce, when counts rise or come out of order, then each is good once", () => {
      const params = challenge();
      const kinds = [1, 3, 2].map((count) => verify([authorizationFor(params, { ...ALICE, count })]).kind);
      assert.deepEqual(kinds, ["ok", "ok", "ok"]);
    });

    it("given a restart with the same secret, when a nonce from before is used, then it is good", () => {
      const params = challenge();
      assert.equal(verify([authorizationFor(params, ALICE)]).kind, "ok");
      clock.advance(1_000);
      authenticator = makeAuthenticator();
      assert.equal(verify([authorizationFor(params, { ...ALICE, count: 2 })]).kind, "ok");
    });

    it("given a digest URI without a user, as SIPp has it, when the hosts are equal, then it is good", () => {
      assert.equal(answer({ ...ALICE, uri: "sip:tandem.test" }).kind, "ok");
    });
  });

  describe("wrong credentials", () => {
    it("given a wrong password, when it is verified, then there is a new challenge without stale", () => {
      assert.equal(isStale(answer(WRONG)), false);
      assert.deepEqual(logged, ["authentication failed"]);
    });

    it("given an unknown user, when it is verified, then the answer is that of a wrong password", () => {
      const shape = (result: AuthenticationResult): unknown =>
        challengesOf(result).map((params) => [...params].filter(([name]) => name !== "nonce"));
      assert.deepEqual(shape(answer(NOBODY)), shape(answer(WRONG)));
    });

    it("given a user name in another case, when it is verified, then it is unknown", () => {
      assert.equal(answer({ ...ALICE, user: "USER1001" }).kind, "challenge");
    });

    it("given credentials made for another method, when they are verified, then they are wrong", () => {
      assert.equal(answer({ ...ALICE, method: "REGISTER" }).kind, "challenge");
    });

    it("given an algorithm that the profile does not list, when it is used rightly, then it is challenged", () => {
      const md5 = new Map([...challenge({ claimedUser: "1003" }), ["algorithm", "MD5"]]);
      const result = verify([authorizationFor(md5, { user: "user1003", password: "secret1003" })]);
      assert.equal(challengesOf(result)[0]?.get("algorithm"), "SHA-256");
      assert.deepEqual(logged, []);
    });

    it("given a digest URI of another request, when it is verified, then it is refused with 400 and logged", () => {
      const result = answer({ ...ALICE, uri: "sip:9999@tandem.test" });
      assert.deepEqual(result, { kind: "forbidden", status: 400, headers: [], reason: "digest uri mismatch" });
      assert.deepEqual(logged, ["digest uri is not that of the request"]);
    });

    it("given a digest URI of another request, when the password is wrong, then it is a wrong password", () => {
      assert.equal(answer({ ...WRONG, uri: "sip:9999@tandem.test" }).kind, "challenge");
      assert.deepEqual(logged, ["authentication failed"]);
    });

    it("given malformed credentials of our realm, when they are verified, then they are refused with 400", () => {
      const result = verify([authorizationFor(challenge(), ALICE).replace("cnonce=", "x=")]);
      assert.equal(result.kind === "forbidden" && result.status, 400);
    });
  });

  describe("nonces", () => {
    it("given a nonce that is too old, when it is answered rightly, then the new challenge is stale", () => {
      const params = challenge();
      clock.advance(300_001);
      const result = verify([authorizationFor(params, ALICE)]);
      assert.equal(isStale(result), true);
      assert.notEqual(challengesOf(result)[0]?.get("nonce"), params.get("nonce"));
    });

    it("given an age of its own, when a nonce is older, then it is stale", () => {
      authenticator = makeAuthenticator({ nonceMaxAgeSeconds: 10 });
      const params = challenge();
      clock.advance(10_001);
      assert.equal(isStale(verify([authorizationFor(params, ALICE)])), true);
    });

    it("given credentials that were used, when they come again, then they are stale and no failure", () => {
      const value = authorizationFor(challenge(), ALICE);
      assert.equal(verify([value]).kind, "ok");
      assert.equal(isStale(verify([value])), true);
      assert.deepEqual(logged, []);
    });

    it("given a nonce of nobody, another secret or another source, when it is used, then it is stale", () => {
      assert.equal(isStale(verify([authorizationFor(challenge(), { ...ALICE, nonce: "made-up" })])), true);
      const params = challenge();
      assert.equal(isStale(verify([authorizationFor(params, ALICE)], from("192.0.2.8"))), true);
      authenticator = makeAuthenticator({ secret: "y".repeat(64) });
      assert.equal(isStale(verify([authorizationFor(params, ALICE)])), true);
    });

    it("given a stale nonce, when the password is wrong, then the answer is the same as when it is right", () => {
      const params = challenge();
      clock.advance(300_001);
      assert.equal(isStale(verify([authorizationFor(params, WRONG)])), true);
      assert.deepEqual(logged, []);
    });

    it("given another opaque value, when it is used, then it is stale, and none at all is good", () => {
      assert.equal(isStale(answer({ ...ALICE, opaque: "other" })), true);
      const without = authorizationFor(challenge(), ALICE).replace(/,opaque="[^"]*"/, "");
      assert.equal(verify([without]).kind, "ok");
    });
  });

  describe("credentials without qop", () => {
    const old = { user: "user1004", password: "secret1004", legacy: true };

    it("given a profile without digestLegacy, when they are right, then they are challenged and no failure", () => {
      assert.equal(isStale(answer({ ...ALICE, legacy: true })), false);
      assert.deepEqual(logged, []);
    });

    it("given a profile with digestLegacy, when they are right, then they are good once for each nonce", () => {
      const params = challenge();
      assert.equal(verify([authorizationFor(params, old)]).kind, "ok");
      assert.equal(isStale(verify([authorizationFor(params, old)])), true);
    });

    it("given a profile with digestLegacy, when they are wrong, then they are a failure", () => {
      answer({ ...old, password: "wrong" });
      assert.deepEqual(logged, ["authentication failed"]);
    });

    it("given any profile with digestLegacy, when they are wrong, then nothing tells who exists and who has that profile", () => {
      const kinds = ["nobody", "user1001", "user1004"].map((user) => {
        const results = Array.from({ length: 12 }, () => answer({ user, password: "wrong", legacy: true }));
        authenticator = makeAuthenticator();
        return results.map((result) => (result.kind === "challenge" ? `challenge ${result.reason}` : result.kind));
      });
      assert.deepEqual(kinds[1], kinds[0]);
      assert.deepEqual(kinds[2], kinds[0]);
      assert.ok(kinds[0]?.includes("banned"));
    });

    it("given no profile with digestLegacy, when they come, then all are challenged and none is a failure", () => {
      authenticator = makeAuthenticator({ inventory: sampleInventory([samplePhone("1001")]) });
      for (const user of ["nobody", "user1001"]) {
        for (let count = 0; count < 12; count += 1) {
          assert.equal(answer({ user, password: "wrong", legacy: true }).kind, "challenge");
        }
      }
    });

    it("given a nonce that was used with qop, when it is used without, then no count is good afterwards", () => {
      const params = challenge();
      assert.equal(verify([authorizationFor(params, { ...old, legacy: false })]).kind, "ok");
      assert.equal(verify([authorizationFor(params, old)]).kind, "ok");
      assert.equal(isStale(verify([authorizationFor(params, { ...old, legacy: false, count: 2 })])), true);
    });
  });

  describe("what a known phone may do", () => {
    const register = (registeredUser: string): AuthenticationResult =>
      answer({ ...ALICE, method: "REGISTER" }, { method: "REGISTER", registeredUser });

    it("given a REGISTER, when To has the phone's own user or number, then it is good", () => {
      assert.equal(register("user1001").kind, "ok");
      assert.equal(register("1001").kind, "ok");
    });

    it("given a REGISTER, when To has another user, then it is refused with 403", () => {
      const result = register("1002");
      assert.equal(result.kind === "forbidden" && result.status, 403);
    });

    it("given a device with two lines, when it is known, then the request is from the line it names, else from the first", () => {
      const lines = [samplePhone("1001"), samplePhone("1011", { name: "phone-1001", user: ALICE.user })];
      authenticator = makeAuthenticator({ inventory: sampleInventory([...lines, samplePhone("1002")]) });
      const lineOf = (changes: Partial<AuthenticationFacts>): string => {
        const result = answer(ALICE, changes);
        return result.kind === "ok" ? result.phone.directoryNumber : `${result.status}`;
      };
      assert.equal(lineOf({ claimedUser: "1011" }), "1011");
      assert.equal(lineOf({ claimedUser: "1002" }), "1001");
      assert.equal(lineOf({ registeredUser: "1011" }), "1011");
      assert.equal(lineOf({ registeredUser: ALICE.user }), "1001");
      assert.equal(lineOf({ registeredUser: "1002" }), "403");
    });

    it("given a device without credentials, when it is claimed, then it is challenged and refused as nobody is", () => {
      const profile = sampleProfile({ digestAlgorithms: ["SHA-256"] });
      const none = samplePhone("1900", { user: "", secret: { ha1: { "SHA-256": "0".repeat(64), MD5: "" } }, profile });
      authenticator = makeAuthenticator({ inventory: sampleInventory([none]) });
      const algorithmFor = (claimedUser: string) => challenge({ claimedUser }).get("algorithm");
      assert.equal(algorithmFor("1900"), algorithmFor("nobody"));
      assert.equal(answer({ user: "", password: "" }, { claimedUser: "1900" }).kind, "challenge");
    });

    it("given a transport that the profile does not list, when credentials are right, then it is refused with 403", () => {
      const result = answer({ user: "user1002", password: "secret1002" }, { claimedUser: "1002" });
      assert.equal(result.kind === "forbidden" && result.status, 403);
    });
  });

  describe("failures", () => {
    it("given ten wrong passwords, when the right one comes, then the name is banned at that source with Retry-After", () => {
      failTimes(10, WRONG);
      const result = answer(ALICE);
      assert.equal(result.kind === "banned" && result.status, 403);
      assert.deepEqual(result.kind === "banned" && result.headers, [["Retry-After", "150"]]);
      assert.equal(logged.at(-1), "! too many authentication failures");
      assert.equal(answer(ALICE, from("192.0.2.8")).kind, "ok");
    });

    it("given an unknown user, when it fails as often, then it is banned as a known one is", () => {
      failTimes(10, NOBODY);
      assert.equal(answer(NOBODY).kind, "banned");
    });

    it("given a ban, when its time is over, then the right password is good", () => {
      failTimes(10, WRONG);
      clock.advance(150_000);
      assert.equal(answer(ALICE).kind, "ok");
    });

    it("given failures of many names, when they reach the source's limit, then every request from it is banned", () => {
      for (let index = 0; index < 100; index += 1) answer({ user: `u${index}`, password: "p" });
      assert.equal(verify([]).kind, "banned");
      assert.equal(verify([], from("192.0.2.8")).kind, "challenge");
    });

    it("given failures, or names without credentials, when they stop a source, then it is told once; not of one we know", () => {
      const told: string[] = [];
      authenticator = makeAuthenticator({ onStopped: (address) => told.push(address) });
      for (let index = 0; index < 100; index += 1) answer({ user: `u${index}`, password: "p" });
      assert.deepEqual(told, [FACTS.source.address]);
      const scan = (address: string): void => {
        for (let index = 0; index < 250; index += 1) verify([], { ...from(address), claimedUser: `u${index}` });
      };
      scan("203.0.113.5");
      scan("127.0.0.1");
      scan("198.51.100.7");
      bound.add("203.0.113.6");
      scan("203.0.113.6");
      assert.deepEqual(told, [FACTS.source.address, "203.0.113.5"]);
      authenticator.forgive("203.0.113.5");
      assert.equal(verify([], from("203.0.113.5")).kind, "challenge");
    });

    it("given requests without credentials and stale nonces, when there are thousands, then they are no failures", () => {
      const params = challenge();
      clock.advance(300_001);
      for (let index = 0; index < 1_000; index += 1) {
        verify([]);
        verify([authorizationFor(params, WRONG)]);
      }
      assert.equal(answer(ALICE).kind, "ok");
    });

    it("given a nonce from another address, when wrong passwords come with a forged source, then they do not count", () => {
      const params = challenge(from("203.0.113.66"));
      for (let index = 0; index < 200; index += 1) verify([authorizationFor(params, WRONG)]);
      assert.equal(answer(ALICE).kind, "ok");
    });

    it("given a success between failures, when they go on, then they are counted anew", () => {
      const kinds = [failTimes(9, WRONG), answer(ALICE).kind, failTimes(9, WRONG), answer(ALICE).kind].flat();
      assert.deepEqual(new Set(kinds), new Set(["challenge", "forbidden", "ok"]));
    });

    for (const [what, address] of [
      ["loopback", "127.0.0.1"],
      ["a peer's address", "198.51.100.9"],
      ["an address with a live binding", "203.0.113.5"],
    ] as const) {
      it(`given ${what}, when it fails too often, then it is slowed with 503 and never banned`, () => {
        bound.add("203.0.113.5");
        const source = from(address);
        const kinds = new Set(failTimes(300, WRONG, source));
        assert.deepEqual(kinds, new Set(["challenge", "forbidden", "slowed"]));
        const slowed = answer(ALICE, source);
        assert.deepEqual(slowed.kind === "slowed" && [slowed.status, slowed.headers], [503, [["Retry-After", "2"]]]);
        assert.equal(answer({ user: "user1004", password: "secret1004" }, source).kind, "ok");
        clock.advance(2_000);
        assert.equal(answer(ALICE, source).kind, "ok");
      });
    }

    it("given limits of its own, when they are reached, then the ban comes then", () => {
      const limit = { burst: 2, decayMs: 1_000 };
      const failureLimits = { perUser: limit, perSource: limit, slowedIntervalMs: 1_000, maxKeys: 10 };
      authenticator = makeAuthenticator({ failureLimits });
      failTimes(2, WRONG);
      assert.equal(verify([]).kind, "banned");
    });
  });

  describe("counters", () => {
    it("given requests, when counters are read, then they tell outcomes, failures and table sizes", () => {
      answer(ALICE);
      answer(WRONG);
      const values = new Map(
        authenticator
          .counters()
          .map(({ name, labels, value }) => [[name, ...Object.values(labels ?? {})].join(" "), value]),
      );
      assert.equal(values.get("tandem_auth_results_total ok"), 1);
      assert.equal(values.get("tandem_auth_results_total challenge"), 3);
      assert.equal(values.get("tandem_auth_results_total banned"), 0);
      assert.equal(values.get("tandem_auth_failures_total"), 1);
      assert.equal(values.get("tandem_auth_table_entries nonces"), 1);
      assert.equal(values.get("tandem_auth_table_entries users"), 1);
      assert.equal(values.get("tandem_auth_table_entries sources"), 1);
    });

    it("given more phones than nonces are remembered, when they authenticate, then the table stays within its bound", () => {
      authenticator = makeAuthenticator({ maxNonces: 6 });
      for (let index = 0; index < 20; index += 1) {
        assert.equal(answer(ALICE).kind, "ok");
        clock.advance(1);
      }
      const nonces = authenticator.counters().find(({ labels }) => labels?.table === "nonces");
      assert.ok(nonces !== undefined && nonces.value > 0 && nonces.value <= 6);
    });
  });

  it("given passwords and credentials, when anything is logged, then neither is in it", () => {
    const fields: unknown[] = [];
    const log = (_line: string, facts?: unknown): void => void fields.push(facts);
    authenticator = makeAuthenticator({ logger: { ...silentLogger, info: log, warn: log } });
    answer({ ...ALICE, uri: "sip:9999@tandem.test" });
    failTimes(11, { ...WRONG, password: "hunter2" });
    assert.equal(fields.length, 11);
    assert.doesNotMatch(JSON.stringify(fields), /hunter2|[0-9a-f]{32}/);
  });
});
