import assert from "node:assert/strict";
import { join } from "node:path";
import type { CtiCommandReply, CtiCommandRequest, MediaView } from "../../src/signals/index.ts";
import { parseSipMessage, type SipMessage } from "../../src/sip/message/index.ts";
import { Cleanup } from "../support/cleanup.ts";
import { CtiLink } from "../support/cti-link.ts";
import { EnduringPhone, CallRefused } from "../support/enduring-phone.ts";
import { eventually } from "../support/eventually.ts";
import { put } from "../support/kept-configuration.ts";
import { NodeConfiguration } from "../support/node-configuration.ts";
import { RtpEnd } from "../support/rtp-end.ts";
import { CALL_GAUGES, TandemNode } from "../support/tandem-node.ts";
import { testSdp } from "../support/test-sdp.ts";

const BACK_MS = 15_000;
const TOLD_MS = 15_000;
const DEVICE = "port";

describe("devices of applications and kill -9 of callmanager", () => {
  const cleanup = new Cleanup();
  let node: TandemNode;
  let link: CtiLink;
  let keys = 0;

  before(async () => {
    node = cleanup.add(await TandemNode.start({ orphanGraceSeconds: 30 }), (started) => started.stop());
    const configuration = cleanup.add(new NodeConfiguration(node), (one) => one.close());
    await configuration.change(
      put("directory-number", { number: "6000" }),
      put("cti-port", { name: DEVICE, lines: [{ directoryNumber: "6000" }], acceptSeconds: 60 }),
    );
    await attach();
  });
  after(() => cleanup.run());

  async function phoneOf(user: string): Promise<{ readonly phone: EnduringPhone; readonly rtp: RtpEnd }> {
    const rtp = cleanup.add(await RtpEnd.open(), (end) => end.close());
    const { server, password } = node.account(user);
    const [address = "", port] = server.split(":");
    const place = { protocol: "udp" as const, address, port: Number(port) };
    const phone = await EnduringPhone.start({ server: place, user, password, mediaPort: rtp.port });
    return { phone: cleanup.add(phone, (one) => one.close()), rtp };
  }

  async function attach(): Promise<void> {
    const path = join(node.dataDir, "run", "callmanager-1.sock");
    link = await eventually(() => CtiLink.connect(path), { timeoutMs: BACK_MS });
    cleanup.add(link, (one) => one.close());
    await link.attach();
  }

  async function command(asked: CtiCommandRequest["command"]): Promise<CtiCommandReply> {
    const key = `session:${(keys += 1)}`;
    const actor = { user: "ann", session: "session" };
    const request: CtiCommandRequest = { key, keyMs: Date.now(), actor, command: asked, waits: true };
    return (await link.request("cti-command", request)) as CtiCommandReply;
  }

  async function untilMedia(moment: MediaView["moment"]): Promise<MediaView> {
    const { signal } = await link.signals.take(
      (one) => one.signal.kind === "media" && one.signal.media.moment === moment,
      `media that is ${moment}`,
      TOLD_MS,
    );
    return signal.kind === "media" ? signal.media : assert.fail();
  }

  /** Waits until the port is offered a call. @returns its name */
  async function offered(): Promise<string> {
    const { signal } = await link.signals.take(
      ({ signal: told }) =>
        told.kind === "call" && told.changes.some((one) => one.type === "connection" && one.state === "offered"),
      "a call that is offered",
      TOLD_MS,
    );
    return signal.kind === "call" ? signal.call.callId : assert.fail();
  }

  async function hears(listener: RtpEnd, by: RtpEnd, description: SipMessage): Promise<void> {
    const before = listener.heard;
    await eventually(
      () => {
        by.send(description);
        assert.ok(listener.heard >= before + 5, `${listener.heard - before} packets heard`);
      },
      { timeoutMs: TOLD_MS, intervalMs: 20 },
    );
  }

  it("given a call that an application has answered and one that its port is offered, when callmanager is killed, then the first goes on with all that can be done, the other is offered again, and the port is open still", async () => {
    const application = cleanup.add(await RtpEnd.open(), (end) => end.close());
    const media = { mode: "static", address: "127.0.0.1", port: application.port, codecs: ["PCMA"] };
    const own = { type: "own", device: DEVICE, fence: 7, media, routes: false, session: "session" };
    const owned = (await link.request("cti-device", own)) as { readonly ok: boolean };
    assert.equal(owned.ok, true);
    const [alice, bob] = [await phoneOf("1001"), await phoneOf("1002")];
    const calling = alice.phone.call("6000", "first");
    const callId = await offered();
    const answered = await command({ type: "answer", device: DEVICE, callId });
    assert.equal(answered.ok, true, JSON.stringify(answered));
    const call = await calling;
    const toSwitch = described(await untilMedia("started"));
    await hears(alice.rtp, application, toSwitch);
    await hears(application, alice.rtp, call.described ?? assert.fail());
    const waiting = bob.phone.call("6000", "second").then(
      () => undefined,
      (error: unknown) => error,
    );
    const former = await offered();
    const pid = await node.killService("callmanager");
    await node.serviceAgain("callmanager", pid, BACK_MS);
    link.close();
    await attach();
    await eventually(
      async () => {
        const { calls } = await link.snapshot();
        const second = calls.find((one) => one.callId !== callId)?.callId ?? assert.fail("it is not there");
        assert.notEqual(second, former);
        const rejected = await command({ type: "reject", device: DEVICE, callId: second, reason: "busy" });
        assert.equal(rejected.ok, true, JSON.stringify(rejected));
      },
      { timeoutMs: TOLD_MS },
    );
    assert.ok((await waiting) instanceof CallRefused);
    await hears(alice.rtp, application, toSwitch);
    await hears(application, alice.rtp, call.described ?? assert.fail());
    await call.change("sendonly");
    await call.change("sendrecv");
    assert.equal((await command({ type: "hold", device: DEVICE, callId })).ok, true);
    assert.equal((await command({ type: "retrieve", device: DEVICE, callId })).ok, true);
    await hears(alice.rtp, application, toSwitch);
    // Who owned it does so still, and nobody of before.
    const fenced = (await link.request("cti-device", { ...own, fence: 6 })) as { failure?: string };
    assert.equal(fenced.failure, "fenced");
    const again = bob.phone.call("6000", "third").catch((error: unknown) => error);
    const next = await offered();
    assert.equal((await command({ type: "reject", device: DEVICE, callId: next, reason: "busy" })).ok, true);
    assert.ok((await again) instanceof CallRefused);
    assert.equal((await command({ type: "drop", device: DEVICE, callId })).ok, true);
    await call.hasEnded(TOLD_MS);
    await node.zero(CALL_GAUGES, TOLD_MS);
  });
});

/** A message with a description of where media is sent. */
function described({ remote }: MediaView): SipMessage {
  const sdp = testSdp(remote?.port ?? assert.fail());
  const parsed = parseSipMessage(`SIP/2.0 200 OK\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`);
  return parsed.ok ? parsed.value : assert.fail();
}
