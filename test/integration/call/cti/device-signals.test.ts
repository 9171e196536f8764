import assert from "node:assert/strict";
import type { CtiSignal } from "../../../../src/signals/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { startConfiguredSwitch, type ConfiguredSwitch } from "../../../support/configured-switch.ts";
import { CtiLink, CtiSocket } from "../../../support/cti-link.ts";
import { phoneOperations, put } from "../../../support/kept-configuration.ts";

type SignalOf<Kind extends CtiSignal["kind"]> = Extract<CtiSignal, { kind: Kind }>;

describe("signals of devices over the control channel", () => {
  const cleanup = new Cleanup();
  let configured: ConfiguredSwitch;
  let socket: CtiSocket;
  let link: CtiLink;
  beforeEach(async () => {
    configured = await startConfiguredSwitch(cleanup, [
      ...phoneOperations(["1001"]),
      put("directory-number", { number: "2000" }),
      put("cti-port", { name: "port", lines: [{ directoryNumber: "2000" }] }),
    ]);
    socket = cleanup.add(new CtiSocket(), (one) => one.close());
    await socket.listen(configured.node.manager.cti.feed);
    link = await connect();
  });
  afterEach(() => cleanup.run());

  const connect = async (): Promise<CtiLink> => cleanup.add(await CtiLink.connect(socket.path), (one) => one.close());

  async function next<Kind extends CtiSignal["kind"]>(kind: Kind, from = link): Promise<SignalOf<Kind>> {
    const { signal } = await from.signals.take((one) => one.signal.kind === kind, kind);
    return signal as SignalOf<Kind>;
  }

  it("given a CTIManager, when it takes a snapshot, then it has all devices and lines", async () => {
    await link.attach();
    const { devices, lines } = await link.snapshot();
    assert.deepEqual(
      devices.map(({ name, kind, isInService }) => [name, kind, isInService]),
      [
        ["phone-1001", "phone", false],
        ["port", "cti-port", false],
      ],
    );
    assert.deepEqual(
      lines.map(({ name, devices: own }) => [name, own]),
      [
        ["1001@internal", ["phone-1001"]],
        ["2000@internal", ["port"]],
      ],
    );
  });

  it("given a phone, when it registers and unregisters, then it is in service, and out of it", async () => {
    await link.attach({ observesCalls: false });
    const phone = await configured.node.phone("1001");
    const { device } = await next("device");
    assert.deepEqual([device.name, device.isInService, device.cause], ["phone-1001", true, undefined]);
    await phone.register([["Expires", "0"]]);
    const gone = (await next("device")).device;
    assert.deepEqual([gone.isInService, gone.cause], [false, "device-unregistered"]);
  });

  it("given a CTI port, when an application opens and closes it, then it is in service, and out of it", async () => {
    await link.attach();
    const own = { device: "port", fence: 1 };
    const media = { mode: "none" } as const;
    const { devices } = configured.node.manager.cti;
    assert.ok(devices.request({ type: "own", ...own, media, routes: false, session: "s1" }).ok);
    const { device } = await next("device");
    assert.deepEqual([device.isInService, device.media, device.capabilities.offers], [true, media, true]);
    devices.request({ type: "disown", ...own });
    assert.equal((await next("device")).device.isInService, false);
  });

  it("given a line, when its lamp is lit and its calls are forwarded, then that is told", async () => {
    await link.attach();
    configured.node.manager.lamps.set("1001@internal", { new: 1, old: 0 });
    assert.equal((await next("line")).line.isMessageWaiting, true);
    const forwarding = { all: { internal: "2000" } };
    await configured.change({ type: "merge", kind: "directory-number", name: "1001@internal", body: { forwarding } });
    assert.deepEqual((await next("line")).line.forwarding, forwarding);
  });

  it("given a phone that is registered, when call control is killed, then the phone is not out of service, and a call is told still", async () => {
    const { epoch } = await link.attach();
    const { node } = configured;
    await node.phone("1001");
    const { position } = await link.signals.take(({ signal }) => signal.kind === "device", "device");
    await link.acknowledge(position);
    await node.killManager();
    await node.startManager();
    await socket.listen(node.manager.cti.feed);
    const again = await connect();
    assert.equal((await again.attach({ epoch, position })).isResumed, true);
    node.manager.lamps.set("2000@internal", { new: 1, old: 0 });
    const { position: after, signal } = await again.signals.take(() => true, "anything");
    assert.deepEqual([after, signal.kind], [position + 1, "line"]);
  });
});
