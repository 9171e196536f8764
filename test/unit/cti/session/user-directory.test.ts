import assert from "node:assert/strict";
import { ctiToken } from "../../../../src/database/model/cti-tokens.ts";
import { user } from "../../../../src/database/model/users.ts";
import { UserDirectory, type ConfigurationNow } from "../../../../src/cti/session/user-directory.ts";

const objects = new Map<string, unknown>();
const directory = new UserDirectory({
  get: (kind, name) => objects.get(`${kind} ${name}`),
} as ConfigurationNow);

describe("UserDirectory", () => {
  beforeEach(() => {
    objects.clear();
    objects.set("user ann", user.parse({ name: "ann", ctiEnabled: true, devices: ["phone-1"], maxOpenDevices: 7 }));
    objects.set("phone phone-2", { name: "phone-2", owner: "ann" });
    objects.set("phone phone-3", { name: "phone-3", owner: "bob" });
  });

  it("given a user, when asked, then it may use its own devices, all with the permission, and may dial and call anything", () => {
    const ann = directory.user("ann");
    assert.deepEqual(
      ["phone-1", "phone-2", "phone-3"].map((device) => ann.mayUseDevice(device)),
      [true, true, false],
    );
    assert.ok(ann.mayDial("0900") && ann.mayCall("call.drop"));
    assert.equal(ann.maxOpenDevices, 7);
    objects.set("user ann", user.parse({ name: "ann", permissions: ["control-all-devices"] }));
    assert.equal(ann.mayUseDevice("phone-3"), true);
  });

  it("given a token, when asked, then it allows what its scope says, of what the user may", () => {
    objects.set(
      "cti-token t",
      ctiToken.parse({
        name: "t",
        user: "ann",
        devices: ["phone-*"],
        methods: ["events.*", "call.answer"],
        allowNumbers: ["1*"],
        denyNumbers: ["19*"],
        requestsPerSecond: 5,
        maxCalls: 2,
        monitorOnly: true,
        expiresAt: "2027-01-01T00:00:00Z",
      }),
    );
    const app = directory.user("ann", "t");
    assert.equal(app.mayUseDevice("phone-2"), true);
    assert.equal(app.mayUseDevice("phone-3"), false);
    assert.deepEqual(
      ["events.subscribe", "call.answer", "call.drop", "provider.ack"].map((method) => app.mayCall(method)),
      [true, true, false, true],
    );
    assert.deepEqual(
      ["1001", "1901", "2001"].map((number) => app.mayDial(number)),
      [true, false, false],
    );
    const { requestsPerSecond, calls, isMonitorOnly, expiresMs } = app.scope ?? {};
    assert.deepEqual([requestsPerSecond, calls, isMonitorOnly], [5, 2, true]);
    assert.equal(expiresMs, Date.UTC(2027, 0, 1));
  });

  it("given a token for some devices, when its user may use all, then it may use those, and has not the right to watch all", () => {
    objects.set("user ann", user.parse({ name: "ann", permissions: ["control-all-devices", "modify-calling-number"] }));
    objects.set("cti-token t", ctiToken.parse({ name: "t", user: "ann", devices: ["phone-3"] }));
    const app = directory.user("ann", "t");
    assert.deepEqual([app.mayUseDevice("phone-3"), app.mayUseDevice("phone-1")], [true, false]);
    assert.deepEqual(app.permissions, ["modify-calling-number"]);
    objects.set("cti-token t", ctiToken.parse({ name: "t", user: "ann", devices: ["*"] }));
    assert.deepEqual(app.permissions, ["control-all-devices", "modify-calling-number"]);
  });

  it("given a token that is revoked, of another user, or expired, when looked at, then its sessions end and it allows nothing", () => {
    const nowMs = Date.UTC(2026, 0, 1);
    assert.equal(directory.endOf("ann", undefined, nowMs), undefined);
    assert.equal(directory.endOf("ann", "t", nowMs), "token-ended");
    const app = directory.user("ann", "t");
    assert.ok(!app.mayUseDevice("phone-1") && !app.mayDial("1") && !app.mayCall("call.drop"));
    objects.set("cti-token t", ctiToken.parse({ name: "t", user: "ann", expiresAt: "2026-01-01T00:00:01Z" }));
    assert.equal(directory.endOf("ann", "t", nowMs), undefined);
    assert.equal(directory.endOf("ann", "t", nowMs + 1_000), "token-ended");
    objects.set("cti-token t", ctiToken.parse({ name: "t", user: "bob" }));
    assert.equal(directory.endOf("ann", "t", nowMs), "token-ended");
    objects.set("user ann", user.parse({ name: "ann" }));
    assert.equal(directory.endOf("ann", undefined, nowMs), "user-disabled");
  });

  it("given numbers that a token may not dial, when they are written as a SIP URI, then it may not dial them either", () => {
    objects.set("cti-token t", ctiToken.parse({ name: "t", user: "ann", denyNumbers: ["9*"] }));
    const app = directory.user("ann", "t");
    for (const number of ["9001", "sip:9001@host", "sips:9001@host", "sip:%39001@host", "sip:9001;x=1@host"]) {
      assert.equal(app.mayDial(number), false, number);
    }
    assert.deepEqual(
      [app.mayDial("1001"), app.mayDial("sip:1001@host"), app.mayDial("sip:%zz@host")],
      [true, true, true],
    );
    objects.set("cti-token t", ctiToken.parse({ name: "t", user: "ann", allowNumbers: ["1*"] }));
    assert.deepEqual([app.mayDial("1001"), app.mayDial("sip:1001@elsewhere")], [true, false]);
  });
});
