import assert from "node:assert/strict";
import {
  ChannelServer,
  silentLogger,
  SwitchError,
  SystemClock,
  type ChannelHandler,
  type Logger,
} from "../../../src/common/index.ts";
import { MediaError, type RelayEvent, type RelayKey, type RelayOptions } from "../../../src/media/index.ts";
import { EmbeddedRelay } from "../../../src/media/relay/embedded/embedded-relay.ts";
import { TemporaryDirectory } from "../../support/temporary-directory.ts";
import { withinMs } from "../../support/within-ms.ts";

const key: RelayKey = { callId: "c", fromTag: "a", toTag: "b" };
const local: RelayOptions = { signalingAddress: "127.0.0.1", latch: "candidates" };

/** A media service that answers as a test wants. */
class FakeService {
  readonly folder = new TemporaryDirectory("tandem-media");
  readonly channel = new ChannelServer({ path: this.folder.join("media.sock"), logger: silentLogger });
  readonly events: RelayEvent[] = [];
  readonly warnings: string[] = [];
  readonly changes: string[] = [];
  readonly relay: EmbeddedRelay;
  #onChange: () => void = () => undefined;

  constructor() {
    const logger: Logger = { ...silentLogger, warn: (message) => void this.warnings.push(message) };
    this.relay = new EmbeddedRelay({
      path: this.folder.join("media.sock"),
      clock: new SystemClock(),
      logger,
      requestTimeoutMs: 300,
      retryDelayMs: 10,
      onEvent: (event) => this.#changed(() => this.events.push(event)),
      onConnected: () => this.#changed(() => this.changes.push("connected")),
      onDisconnected: () => this.#changed(() => this.changes.push("disconnected")),
    });
  }

  handle(method: string, handler: ChannelHandler): void {
    this.channel.handle(method, handler);
  }

  async until(isReached: () => boolean): Promise<void> {
    const reached = async (): Promise<void> => {
      while (!isReached()) {
        await new Promise<void>((resolve) => {
          this.#onChange = resolve;
        });
      }
    };
    await withinMs(3000, reached(), () => JSON.stringify([this.changes, this.events]));
  }

  async close(): Promise<void> {
    this.relay.close();
    await this.channel.close();
    this.folder.close();
  }

  #changed(change: () => void): void {
    change();
    this.#onChange();
  }
}

describe("EmbeddedRelay", () => {
  let service: FakeService;
  beforeEach(async () => {
    service = new FakeService();
    await service.channel.listen();
    service.relay.start();
    await service.until(() => service.relay.connected);
  });
  afterEach(() => service.close());

  async function offerFailure(handler: ChannelHandler): Promise<MediaError> {
    service.handle("media.offer", handler);
    const error: unknown = await service.relay.offer(key, "v=0", local).catch((reason: unknown) => reason);
    assert.ok(error instanceof MediaError);
    return error;
  }

  it("given a refusal, when it comes back, then its code is the relay's", async () => {
    const error = await offerFailure(() => {
      throw new MediaError("no-ports", "all taken");
    });
    assert.equal(error.code, "no-ports");
    assert.match(error.message, /all taken/);
  });

  it("given any other failure, when it comes back, then the relay cannot be relied on", async () => {
    const broken = await offerFailure(() => {
      throw new Error("a fault");
    });
    assert.equal(broken.code, "relay-unreachable");
    assert.equal((await offerFailure(() => new Promise(() => undefined))).details["cause"], "timed-out");
    assert.equal((await offerFailure(() => ({ text: "no sdp" }))).code, "relay-unreachable");
    const named = await offerFailure(() => {
      throw new SwitchError("toString", "a code that every object has");
    });
    assert.equal(named.code, "relay-unreachable");
    await assert.rejects(service.relay.list(), { code: "relay-unreachable", details: { cause: "unknown-method" } });
  });

  it("given parameters that the relay does not take, when refused, then the offer is", async () => {
    const error = await offerFailure(() => {
      throw new SwitchError("bad-params", "callId: too long");
    });
    assert.equal(error.code, "offer-refused");
  });

  it("given events, when they come, then those it knows are told and others are logged", async () => {
    const events: RelayEvent[] = [
      { type: "media-timeout", callId: "c", silentMs: 5, timeoutMs: 5, silentTags: ["a"] },
      { type: "first-packet", callId: "c", tag: "a" },
    ];
    service.channel.broadcast("media-timeout", { callId: "c" });
    service.channel.broadcast("weather", null);
    service.channel.broadcast("media-timeout", { callId: "c", silentMs: 5, timeoutMs: 5, silentTags: ["a"] });
    service.channel.broadcast("first-packet", { callId: "c", tag: "a" });
    await service.until(() => service.events.length === 2);
    assert.deepEqual(service.events, events);
    assert.equal(service.warnings.length, 2);
  });

  it("given a media service that goes and comes back, when it does, then both are told and calls work again", async () => {
    await service.channel.close();
    await service.until(() => service.changes.includes("disconnected"));
    await assert.rejects(service.relay.release("c"), { code: "relay-unreachable" });
    service.handle("media.release", () => null);
    await service.channel.listen();
    await service.until(() => service.changes.length === 3);
    assert.deepEqual(service.changes, ["connected", "disconnected", "connected"]);
    assert.equal(await service.relay.release("c"), undefined);
  });

  it("given more than the port says in key or options, when sent, then only what the port says goes out", async () => {
    let received: unknown;
    service.handle("media.answer", (params) => {
      received = params;
      return { sdp: "" };
    });
    await service.relay.answer({ ...key, ...{ leg: 1 } }, "v=0", { ...local, ...{ device: "x" } });
    assert.deepEqual(received, { ...key, ...local, sdp: "v=0" });
  });
});
