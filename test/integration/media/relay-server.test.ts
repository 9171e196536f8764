import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import {
  ChannelClient,
  ChannelServer,
  RandomIds,
  silentLogger,
  SystemClock,
  type ChannelError,
} from "../../../src/common/index.ts";
import { RelayServer } from "../../../src/media/relay/embedded/relay-server.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { RelayFixture } from "./relay-fixture.ts";
import { RtpPhone } from "../../support/rtp-phone.ts";

const key = { callId: "call-1", fromTag: "a", toTag: "b" };
const local = { signalingAddress: "127.0.0.1", latch: "candidates" } as const;

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === "::1"),
);

describe("RelayServer", () => {
  let fixture: RelayFixture;
  let phone: RtpPhone;
  beforeEach(async () => {
    fixture = await RelayFixture.start({ clock: new ManualClock() });
    phone = await RtpPhone.start();
  });
  afterEach(async () => {
    await phone.close();
    await fixture.close();
  });

  it("given parameters of each method that are wrong, when asked, then each says so and nothing is left", async () => {
    const client = new ChannelClient({
      path: fixture.folder.join("media-1.sock"),
      clock: new SystemClock(),
      logger: silentLogger,
    });
    await client.connectOnce();
    try {
      for (const method of ["offer", "answer", "answer-endpoint", "offer-endpoint", "release"]) {
        await assert.rejects(
          client.request(`media.${method}`, { callId: 5 }),
          (error: ChannelError) => error.code === "bad-params" && error.message.includes("callId"),
        );
      }
      assert.deepEqual(await client.request("media.list"), []);
      assert.equal(await client.request("media.release", { callId: "unknown" }), null);
    } finally {
      client.close();
    }
  });

  it("given sessions, when asked for its status, then it tells sessions, ports and bounds", async () => {
    await fixture.relay.offer(key, phone.sdp(), local);
    assert.deepEqual(fixture.server.status(), {
      address: "127.0.0.1",
      advertisedAddress: "127.0.0.1",
      portRange: { min: 20_000, max: 29_999 },
      sessions: 1,
      maxSessions: 4000,
      portsInUse: 4,
      portCapacity: 10_000,
    });
  });

  it("given a closed server, when closed again or asked over its channel, then nothing is bound or made", async () => {
    await fixture.relay.offer(key, phone.sdp(), local);
    await fixture.server.close();
    await fixture.server.close();
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
    await assert.rejects(fixture.relay.offer({ ...key, callId: "call-2" }, phone.sdp(), local), { code: "no-ports" });
    assert.equal(fixture.metric("tandem_media_ports_in_use"), 0);
  });

  it("given sessions and their release, when all are gone, then no timer is left", async () => {
    const clock = new ManualClock();
    const other = await RelayFixture.start({ clock });
    try {
      await other.relay.answerByEndpoint(key, "tone", phone.sdp(), local);
      assert.equal(clock.activeTimers, 3, "silence, tone, ports to be made ready");
      await other.relay.release(key.callId);
      clock.advance(1000);
      assert.equal(clock.activeTimers, 0);
    } finally {
      await other.close();
    }
  });

  it("given addresses that are no pair, when made, then it refuses", () => {
    const folder = new TemporaryDirectory("tandem-media");
    const options = {
      channel: new ChannelServer({ path: folder.join("x.sock"), logger: silentLogger }),
      portRange: { min: 20_000, max: 29_999 },
      clock: new SystemClock(),
      ids: new RandomIds(),
      logger: silentLogger,
      journalPath: folder.join("x.journal"),
      rtpTimeoutMs: 1000,
      restMs: 0,
    };
    for (const [address, advertisedAddress] of [
      ["localhost", "127.0.0.1"],
      ["127.0.0.1", "localhost"],
      ["127.0.0.1", "::1"],
    ] as const) {
      assert.throws(() => new RelayServer({ ...options, address, advertisedAddress }), { code: "bad-address" });
    }
    folder.close();
  });

  it("given an address that this host has not, when started, then it says so", async () => {
    const absent = { address: "192.0.2.77", advertisedAddress: "192.0.2.77" };
    await assert.rejects(RelayFixture.start(absent), { code: "bad-address" });
  });

  // Hosts without IPv6 have no ::1 to bind.
  (hasIpv6 ? it : it.skip)(
    "given an IPv6 relay, when a phone offers IPv6 or IPv4, then only IPv6 is relayed",
    async () => {
      const other = await RelayFixture.start({ address: "::1", advertisedAddress: "::1" });
      try {
        const sdp = phone.sdp().replaceAll("IN IP4 127.0.0.1", "IN IP6 ::1");
        const offered = await other.relay.offer(key, sdp, { ...local, signalingAddress: "::1" });
        assert.match(offered, /^c=IN IP6 ::1\r$/m);
        await assert.rejects(other.relay.offer({ ...key, callId: "call-2" }, phone.sdp(), local), {
          code: "offer-refused",
        });
      } finally {
        await other.close();
      }
    },
  );
});
