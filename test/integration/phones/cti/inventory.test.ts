import assert from "node:assert/strict";
import type { OutOfServiceCause } from "../../../../src/signals/index.ts";
import type { Provider, ProviderEvent } from "../../../../src/sdk/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiStage } from "../../../support/cti-stage.ts";
import { demoPhone } from "../../../support/demo-phone.ts";
import { eventually } from "../../../support/eventually.ts";
import { heardWithin } from "../../../support/heard-event.ts";
import { doneOn } from "../../../support/tandem-shell.ts";
import { hashPassword } from "../../../../src/main/secrets/password-hash.ts";

const PASSWORD = "a good password";
const PORT = { kind: "cti-port", name: "port", number: "5001" } as const;

describe("what applications of a node are told of its configuration", () => {
  const cleanup = new Cleanup();
  const perTest = new Cleanup();
  let stage: CtiStage;
  /** May control everything. */
  let all: Provider;
  /** May use what the user `clerk` has. */
  let some: Provider;

  before(async () => {
    stage = await CtiStage.start(cleanup, [PORT], { orphanGraceSeconds: 60 });
    const passwordHash = await hashPassword(PASSWORD);
    const body = { name: "clerk", passwordHash, ctiEnabled: true, devices: ["phone-1001", "port"] };
    await stage.change({ type: "create", kind: "user", body });
  });
  after(() => cleanup.run());
  beforeEach(async () => {
    all = await stage.application(perTest);
    some = await stage.application(perTest, { user: "clerk", password: PASSWORD });
  });
  afterEach(() => perTest.run());

  const tandem = (...words: readonly string[]): Promise<string> => doneOn(stage.node, words);
  const namesOf = ({ terminals }: Provider): string[] => terminals.map(({ name }) => name).sort();

  /** Waits until both applications see it so. */
  async function seen(look: (application: Provider) => void): Promise<void> {
    const both = (): void => [all, some].forEach((application) => look(application));
    await eventually(both, { timeoutMs: 5_000 });
  }

  it("given a device that is added, changed and removed by commands, then applications that may see it see it so", async () => {
    assert.deepEqual(namesOf(some), ["phone-1001", "port"]);
    const others = namesOf(all);
    await tandem("phone", "add", "ann", "--line", "2001", "owner=clerk");
    await seen((application) => {
      assert.deepEqual(
        application.terminal("ann").addresses.map(({ number }) => number),
        ["2001"],
      );
      assert.equal(application.terminal("ann").cause, "device-unregistered");
    });
    await tandem("line", "set", "2001", "displayName=Ann");
    await seen((application) => assert.equal(application.address("2001").view?.displayName, "Ann"));
    await tandem("line", "add", "2002");
    await tandem("phone", "set", "ann", "doNotDisturb=reject", "lines+=2002");
    await seen((application) => {
      assert.equal(application.terminal("ann").view?.doNotDisturb, "reject");
      assert.deepEqual(
        application.terminal("ann").addresses.map(({ number }) => number),
        ["2001", "2002"],
      );
    });
    await tandem("phone", "set", "ann", "lines-=2002");
    await eventually(() => assert.ok(!some.addresses.some(({ number }) => number === "2002")), { timeoutMs: 5_000 });
    await tandem("phone", "remove", "ann");
    await eventually(() => assert.deepEqual([namesOf(some), namesOf(all)], [["phone-1001", "port"], others]), {
      timeoutMs: 5_000,
    });
    await tandem("line", "remove", "2001");
    await eventually(() => assert.ok(!all.addresses.some(({ number }) => number === "2001")), { timeoutMs: 5_000 });
  });

  it("given a device that is given to a user and taken away, when its applications are connected, then they are told", async () => {
    await tandem("user", "associate", "clerk", "phone-1002");
    await eventually(() => assert.deepEqual(namesOf(some), ["phone-1001", "phone-1002", "port"]), { timeoutMs: 5_000 });
    await tandem("phone", "set", "phone-1002", "doNotDisturb=silent");
    await seen((application) => assert.equal(application.terminal("phone-1002").view?.doNotDisturb, "silent"));
    await tandem("user", "dissociate", "clerk", "phone-1002");
    await eventually(() => assert.deepEqual(namesOf(some), ["phone-1001", "port"]), { timeoutMs: 5_000 });
  });

  it("given what changes while CTIManager is not there, when it is back, then applications are told all of it, and nothing twice", async () => {
    await tandem("phone", "add", "ben", "--line", "2011", "owner=clerk");
    await tandem("phone", "add", "eve", "--line", "2012", "owner=clerk");
    await seen((application) => assert.equal(application.terminal("eve").addresses.length, 1));
    const lost = [heardWithin(all, "provider.lost", 5_000), heardWithin(some, "provider.lost", 5_000)];
    await stage.node.killSupervisor();
    await stage.node.killService("ctimanager");
    await Promise.all(lost);
    const events: ProviderEvent[] = [];
    some.on("event", (event) => void events.push(event));
    await tandem("phone", "add", "dan", "--line", "2013", "owner=clerk");
    await tandem("phone", "set", "eve", "doNotDisturb=reject");
    await tandem("phone", "remove", "ben");
    const resumed = [heardWithin(all, "provider.resumed", 20_000), heardWithin(some, "provider.resumed", 20_000)];
    await stage.node.startSupervisor();
    await Promise.all(resumed);
    await seen((application) => {
      assert.deepEqual(
        namesOf(application).filter((name) => ["ben", "dan", "eve"].includes(name)),
        ["dan", "eve"],
      );
      assert.equal(application.terminal("eve").view?.doNotDisturb, "reject");
      assert.equal(application.address("2013").terminals[0]?.name, "dan");
    });
    await tandem("phone", "set", "dan", "doNotDisturb=silent");
    await seen((application) => assert.equal(application.terminal("dan").view?.doNotDisturb, "silent"));
    const told = (): string[] =>
      events.flatMap((event) => {
        if (event.type === "device.state") return `${event.device.name} ${event.device.doNotDisturb}`;
        return event.type === "device.removed" ? `${event.device} removed` : [];
      });
    assert.deepEqual(told().sort(), ["ben removed", "dan off", "dan silent", "eve reject"]);
  });

  describe("causes of being out of service", () => {
    /** What is done, and the cause that both applications see then; undone, the device is in service again. */
    const causes: readonly [OutOfServiceCause, string, () => Promise<unknown>, () => Promise<unknown>][] = [
      [
        "device-restricted",
        "phone-1001",
        () => tandem("phone", "set", "phone-1001", "allowControl=false"),
        () => tandem("phone", "set", "phone-1001", "allowControl=true"),
      ],
      [
        "line-restricted",
        "phone-1001",
        () => tandem("line", "set", "1001", "allowControl=false"),
        () => tandem("line", "set", "1001", "allowControl=true"),
      ],
    ];
    beforeEach(async () => {
      await demoPhone(stage.node, perTest, "1001");
      await seen((application) => assert.equal(application.terminal("phone-1001").isInService, true));
    });
    const is = (device: string, cause: OutOfServiceCause | undefined): Promise<void> =>
      seen((application) => {
        const { isInService, cause: shown } = application.terminal(device);
        assert.deepEqual([isInService, shown], [cause === undefined, cause]);
      });

    for (const [cause, device, provoke, undo] of causes) {
      it(`given ${device}, when it is closed to control, then it is out of service for ${cause}, until it is opened`, async () => {
        await provoke();
        await is(device, cause);
        await undo();
        await is(device, undefined);
      });
    }

    it("given a phone, when it unregisters, then it is out of service for device-unregistered", async () => {
      const phone = await demoPhone(stage.node, perTest, "1001");
      await phone.register([["Expires", "0"]], "*");
      await is("phone-1001", "device-unregistered");
    });

    it("given a port, when no application has it open, then it is out of service for device-unregistered", async () => {
      await is("port", "device-unregistered");
      await using _port = await some.openMediaTerminal("port", { mode: "none" });
      await is("port", undefined);
    });

    it("given a phone, when its CallManager group names other nodes only, then there is no-call-node for it here", async () => {
      await stage.change(
        { type: "create", kind: "node", body: { name: "elsewhere" } },
        { type: "create", kind: "call-manager-group", body: { name: "far", nodes: ["elsewhere"] } },
        { type: "create", kind: "device-pool", body: { name: "far", callManagerGroup: "far" } },
        { type: "merge", kind: "phone", name: "phone-1001", body: { devicePool: "far" } },
      );
      await is("phone-1001", "no-call-node");
      await stage.change({ type: "merge", kind: "device-pool", name: "far", body: { callManagerGroup: "default" } });
      await is("phone-1001", "device-unregistered");
      await stage.change({ type: "merge", kind: "phone", name: "phone-1001", body: { devicePool: "default" } });
    });

    it("given call control that is away for more than five seconds, when it is back, then call-node-failure is over", async () => {
      await stage.node.killSupervisor();
      await stage.node.killService("callmanager");
      await eventually(() => assert.deepEqual([all.state, some.state], ["out-of-service", "out-of-service"]), {
        timeoutMs: 15_000,
      });
      await is("phone-1001", "call-node-failure");
      await stage.node.startSupervisor();
      await is("phone-1001", undefined);
      assert.deepEqual([all.state, some.state], ["in-service", "in-service"]);
    });

    it("given CTIManager that is away, when it is back, then control-server-failure is over", async () => {
      const lost = [heardWithin(all, "provider.lost", 5_000), heardWithin(some, "provider.lost", 5_000)];
      const resumed = [heardWithin(all, "provider.resumed", 15_000), heardWithin(some, "provider.resumed", 15_000)];
      await stage.node.killService("ctimanager");
      await Promise.all(
        lost.map(async (one) => {
          await one;
          assert.equal(all.terminal("phone-1001").cause ?? some.terminal("phone-1001").cause, "control-server-failure");
        }),
      );
      await Promise.all(resumed);
      await is("phone-1001", undefined);
    });
  });
});
