import assert from "node:assert/strict";
import { Cleanup } from "../support/cleanup.ts";
import {
  KillCampaign,
  KILLS,
  OVER_CONNECTIONS,
  OVER_UDP,
  type CampaignOptions,
  type KillMoment,
} from "./kill-campaign.ts";

const TIMES = 1;

describe("kill -9 in the middle of many calls", () => {
  const cleanup = new Cleanup();

  afterEach(async () => {
    await cleanup.run();
  });

  /** Kills each, then both; every call has to be held, resumed and hung up each time. */
  async function killAll(options: CampaignOptions, moment: KillMoment): Promise<void> {
    const campaign = cleanup.add(await KillCampaign.start(options), (one) => one.stop());
    for (const services of KILLS) {
      const { killed, calls, backMs, exerciseMs, retries, lost } = await campaign.run(services, moment);
      const what = `${moment}, ${killed}: ${calls} calls`;
      console.log(`      ${what}, back after ${backMs} ms, used ${exerciseMs} ms, ${retries} retries`);
      assert.deepEqual(lost, []);
    }
  }

  for (let time = 1; time <= TIMES; time += 1) {
    it(`given 200 calls over UDP, when edge and callmanager are killed, then none is lost (${time} of ${TIMES})`, async () => {
      await killAll(OVER_UDP, "quiet");
    });
  }

  it("given calls over TCP, TLS and WebSocket, when edge and callmanager are killed, then none is lost once phones are connected again", async () => {
    await killAll(OVER_CONNECTIONS, "quiet");
  });

  it("given 200 calls that are being held, and as many that wait for an answer, a 200 or an ACK, or ring, when edge and callmanager are killed, then none is lost", async () => {
    // Most of the time goes by in Retry-After: two nodes at a time.
    await Promise.all([killAll(OVER_UDP, "holding"), killAll(OVER_UDP, "waiting")]);
  });
});
