import { ChannelServer, RandomIds, silentLogger, SystemClock } from "../../../src/common/index.ts";
import { RelayServer } from "../../../src/media/relay/embedded/relay-server.ts";

/** A relay in a process of its own, for tests that kill it: `relay-process.ts <socket> <journal>`. */
const [path = "", journalPath = ""] = process.argv.slice(2);
const channel = new ChannelServer({ path, logger: silentLogger });
const server = new RelayServer({
  channel,
  portRange: { min: 20_000, max: 29_999 },
  address: "127.0.0.1",
  advertisedAddress: "127.0.0.1",
  clock: new SystemClock(),
  ids: new RandomIds(),
  logger: silentLogger,
  journalPath,
  rtpTimeoutMs: 30_000,
  restMs: 1000,
});
await server.start();
await channel.listen();
process.stdout.write("ready\n");
