import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { AriApplication, enteringChannel } from "../../../../../scripts/bench/load/ari-application.ts";
import type { ProbeOffer } from "../../../../../scripts/bench/load/cti-probe.ts";
import { Cleanup } from "../../../../support/cleanup.ts";

const ENTERED = JSON.stringify({
  type: "StasisStart",
  args: [],
  channel: { id: "1700000000.7", name: "PJSIP/callers-7", state: "Ring", caller: { name: "", number: "p1x1" } },
});

describe("enteringChannel", () => {
  it("given a call that enters the application, when read, then its channel and its caller are known", () => {
    assert.deepEqual(enteringChannel(ENTERED), { id: "1700000000.7", caller: "p1x1" });
  });

  it("given another event of a channel, when read, then it is not one that enters", () => {
    assert.equal(enteringChannel(ENTERED.replace("StasisStart", "ChannelStateChange")), undefined);
  });
});

describe("AriApplication", () => {
  let cleanup: Cleanup;
  beforeEach(() => {
    cleanup = new Cleanup();
  });
  afterEach(async () => {
    await cleanup.run();
  });

  it("given a call that enters, when it is answered and sent on, then the switch is told so by POST", async () => {
    const { offer, requests } = await offered(cleanup, 204);
    await offer.answer();
    await offer.transfer("85551234");
    await offer.redirect("85551234");
    const sentOn = "POST /ari/channels/1700000000.7/continue?context=callers&extension=85551234&priority=1";
    assert.deepEqual(requests, [
      "GET /ari/events?app=bench&api_key=me%3Asecret",
      "POST /ari/channels/1700000000.7/answer Basic bWU6c2VjcmV0",
      `${sentOn} Basic bWU6c2VjcmV0`,
      `${sentOn} Basic bWU6c2VjcmV0`,
    ]);
  });

  it("given a switch that knows the channel no more, when the call is sent on, then the command fails", async () => {
    const { offer } = await offered(cleanup, 404);
    await assert.rejects(offer.redirect("85551234"), /continue.*: 404/);
  });
});

/** The first call at an application, from a switch that answers every request with `status`. */
async function offered(
  cleanup: Cleanup,
  status: number,
): Promise<{ readonly offer: ProbeOffer; readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const server = cleanup.add(
    createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.writeHead(status).end();
    }),
    async (each) => {
      each.closeAllConnections();
      await new Promise((resolve) => each.close(resolve));
    },
  );
  const events = cleanup.add(new WebSocketServer({ server }), (each) => each.close());
  const connected = new Promise<WebSocket>((resolve) => {
    events.once("connection", (socket, request) => {
      requests.push(`${request.method} ${request.url}`);
      resolve(socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const access = {
    host: `127.0.0.1:${port}`,
    user: "me",
    password: "secret",
    application: "bench",
    context: "callers",
  };
  const application = cleanup.add(await AriApplication.connect(access), (each) => each.close());
  const offer = new Promise<ProbeOffer>((resolve) => application.onOffer(resolve));
  (await connected).send(ENTERED);
  const call = await offer;
  assert.equal(call.caller, "p1x1");
  return { offer: call, requests };
}
