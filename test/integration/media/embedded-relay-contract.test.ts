import { describeMediaRelay } from "./media-relay-contract.ts";
import { RelayFixture } from "./relay-fixture.ts";

describeMediaRelay("embedded", async () => {
  const fixture = await RelayFixture.start();
  return { relay: fixture.relay, close: () => fixture.close() };
});
