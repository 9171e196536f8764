import assert from "node:assert/strict";
import type { CommandReply } from "../../../../src/call/cti/commands/command-record.ts";
import type { CtiCommandRequest } from "../../../../src/signals/index.ts";
import { Cleanup } from "../../../support/cleanup.ts";
import { CtiApplication } from "../../../support/cti-application.ts";
import { put } from "../../../support/kept-configuration.ts";
import { requestOf } from "../../../support/ringing-calls.ts";
import { answer, establish } from "../../../support/talking-phone.ts";
import { startTalkingSwitch, type TalkingSwitch } from "../../../support/talking-switch.ts";

const MADE = "named-call-1";

describe("commands that wait for a device of an application", () => {
  let cleanup: Cleanup;
  let node: TalkingSwitch;
  let port: CtiApplication;
  let point: CtiApplication;
  let keys = 0;
  beforeEach(async () => {
    cleanup = new Cleanup();
    node = await startTalkingSwitch(cleanup, [
      put("directory-number", { number: "6000" }),
      put("directory-number", { number: "7000" }),
      put("cti-port", { name: "port", lines: [{ directoryNumber: "6000" }] }),
      put("route-point", { name: "point", lines: [{ directoryNumber: "7000" }] }),
    ]);
    const open = async (device: string): Promise<CtiApplication> =>
      cleanup.add(await CtiApplication.start(node.node, device), (one) => one.close());
    port = await open("port");
    point = await open("point");
    port.own(port.atPort);
    point.own();
  });
  afterEach(() => cleanup.run());

  const ask = (command: CtiCommandRequest["command"]): Promise<CommandReply> => {
    keys += 1;
    return node.node.manager.cti.commands.handle(requestOf(`k${keys}`, command));
  };
  const onlyCall = (): string => node.node.manager.features.callsNow()[0]?.callId ?? assert.fail("there is no call");
  const textOf = (reply: CommandReply): string => (reply.ok ? "ok" : `${reply.failure}: ${reply.detail}`);

  /** The port is told to answer while the other command waits for that. */
  async function bothAreDone(waiting: Promise<CommandReply>, callId: string): Promise<void> {
    await port.offered();
    const answering = ask({ type: "answer", device: "port", callId });
    assert.deepEqual([textOf(await answering), textOf(await waiting)], ["ok", "ok"]);
  }

  it("given a call that is redirected to a port, when the port is told to answer, then both commands are done", async () => {
    const calling = await node.alice.dial("7000");
    await point.offered();
    const redirecting = ask({ type: "redirect", device: "point", callId: onlyCall(), to: "6000" });
    const established = establish(calling);
    await bothAreDone(redirecting, onlyCall());
    await established;
  });

  it("given a call that is made under a name to a port, when the port is told to answer, then both commands are done", async () => {
    const making = ask({ type: "make-call", device: "phone-1001", to: "6000", newCallId: MADE });
    await answer(await node.alice.offered());
    await bothAreDone(making, MADE);
  });

  it("given a call that is transferred to a port, when the port is told to answer, then both commands are done", async () => {
    await node.alice.talkTo(node.bob);
    const transferring = ask({ type: "transfer", device: "phone-1002", callId: onlyCall(), to: "6000" });
    await bothAreDone(transferring, onlyCall());
  });

  it("given a port that is consulted in a call with a name, when it is told to answer, then both commands are done", async () => {
    await node.alice.talkTo(node.bob);
    const named = { callId: onlyCall(), newCallId: MADE };
    const consulting = ask({ type: "consult", device: "phone-1002", to: "6000", ...named });
    await answer(await node.bob.offered());
    await bothAreDone(consulting, MADE);
  });
});
