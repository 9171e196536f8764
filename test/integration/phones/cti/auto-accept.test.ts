import assert from "node:assert/strict";
import type { Provider, TerminalConnection } from "../../../../src/sdk/index.ts";
import { CtiScene } from "../../../support/cti-scene.ts";
import { refused } from "../../../support/cti-stage.ts";
import { eventually } from "../../../support/eventually.ts";
import { establish, type Talk, type TalkingPhone } from "../../../support/talking-phone.ts";

const SOON = { timeoutMs: 10_000 };
const PORT = { mode: "switch", prompt: "tone", autoAccept: true } as const;

describe("calls that call control accepts for applications", () => {
  const scene = new CtiScene({
    devices: [
      { kind: "cti-port", name: "port", number: "6001", more: { acceptSeconds: 60 } },
      { kind: "route-point", name: "desk", number: "5000", noAnswer: "1002", more: { acceptSeconds: 60 } },
    ],
  });
  let alice: TalkingPhone;
  let bob: TalkingPhone;
  let cti: Provider;
  before(() => void ([alice, bob] = scene.phones));
  beforeEach(() => void ({ cti } = scene));

  const isRinging = ({ connection, state }: TerminalConnection): boolean =>
    connection.state === "alerting" && state === "ringing";
  /** The caller hears it ring, though nobody has said anything. */
  async function rings(near: Talk): Promise<void> {
    assert.equal((await near.call.invite?.response(180))?.status, 180);
  }
  async function cancel(near: Talk): Promise<void> {
    near.call.invite?.cancel();
    await near.call.invite?.response(487);
  }

  it("given a port that is open so, when it is called, then the application sees it ring without acting, and answers", async () => {
    await using port = await cti.openMediaTerminal("port", PORT);
    const offers = port.offers();
    const near = await alice.dial("6001");
    await rings(near);
    const { value: offer } = (await offers.next()) as { value: TerminalConnection };
    await offer.call.until(() => isRinging(offer), SOON);
    assert.equal((await offer.accept()).isUnchanged, true);
    await offer.answer();
    await establish(near);
    await near.hangUp();
  });

  it("given a route point that is open so, when it is called, then the call rings there, and can be sent elsewhere", async () => {
    await using desk = await cti.openRouteTerminal("desk", { routes: false, autoAccept: true });
    const offers = desk.offers();
    const near = await alice.dial("5000");
    await rings(near);
    const { value: offer } = (await offers.next()) as { value: TerminalConnection };
    const redirecting = offer.redirect("1002");
    const far = await bob.offered();
    far.progress(180);
    await redirecting;
    await cancel(near);
  });

  it("given a port that is open so, when CTIManager and call control are killed, then the next call rings at once still", async () => {
    await using port = await cti.openMediaTerminal("port", PORT);
    for (const service of ["ctimanager", "callmanager"] as const) {
      const pid = await scene.stage.node.killService(service);
      await scene.stage.node.serviceAgain(service, pid, 10_000);
      await eventually(() => assert.ok(cti.state === "in-service" && port.terminal.isInService), SOON);
      const near = await eventually(() => alice.dial("6001"), SOON);
      await rings(near);
      await cancel(near);
    }
  });

  it("given an owner that has calls accepted, when another one has the device that does not, then calls are offered to that", async () => {
    const port = await cti.openMediaTerminal("port", PORT);
    await port.close();
    await using other = await cti.openMediaTerminal("port", { mode: "switch" });
    const offers = other.offers();
    const near = await alice.dial("6001");
    const { value: offer } = (await offers.next()) as { value: TerminalConnection };
    assert.equal(offer.connection.state, "offered");
    await offer.accept();
    await rings(near);
    await cancel(near);
  });

  it("given a standby that has calls accepted, when the owner that does not closes with a call that waits, then that rings", async () => {
    const [first, second] = [
      await scene.stage.application(scene.perTest, { group: "two" }),
      await scene.stage.application(scene.perTest, { group: "two" }),
    ];
    const owner = await first.openMediaTerminal("port", { mode: "switch" });
    await using standby = await second.openMediaTerminal("port", { mode: "switch", autoAccept: true });
    const near = await alice.dial("6001");
    await owner.offers().next();
    assert.equal(standby.isOwner, false);
    await owner.close();
    await rings(near);
    await cancel(near);
  });

  it("given what cannot accept calls by itself, when it is opened so, then that is refused", async () => {
    const routing = cti.openRouteTerminal("desk", { routes: true, autoAccept: true });
    await refused(routing, "VALIDATION_COMBINATION");
    const phone = { device: "phone-1003", autoAccept: true };
    await refused(cti.request("device.open", phone), "DEVICE_TYPE");
  });
});
