import assert from "node:assert/strict";
import { request, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { silentLogger, SwitchError } from "../../../src/common/index.ts";
import { AdminServer, type NodeView, type ServiceView } from "../../../src/admin/index.ts";
import { sampleLadder } from "../../unit/admin/trace/sample-messages.ts";
import { ManualClock } from "../../support/manual-clock.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

const ready: ServiceView = { name: "edge", state: "ready", pid: 7, startedAtMs: 0, details: { dialogs: 2 } };

describe("AdminServer", () => {
  const servers: AdminServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });

  const started = async (view: Partial<NodeView> = {}, token?: string): Promise<number> => {
    const server = new AdminServer({
      address: "127.0.0.1",
      port: 0,
      ...(token === undefined ? {} : { token }),
      hostNames: ["tandem.example.org"],
      node: "node-1",
      version: "1.2.3",
      view: {
        services: async () => [ready],
        metrics: async () => [{ name: "tandem_calls", type: "gauge", help: "Calls", value: 2 }],
        calls: async () => [{ callId: "c1" }],
        registrations: async () => [{ phone: "p1" }],
        endedCalls: async () => [{ callId: "c0" }],
        trunks: async () => [],
        tollAlarms: async () => [],
        ladder: async () => sampleLadder,
        ...view,
      },
      clock: new ManualClock(),
      logger: silentLogger,
    });
    servers.push(server);
    await server.start();
    return server.port;
  };

  it("given services that are all ready, when asked for health, then it is 200 with each state", async () => {
    const { status, text } = await get(await started(), "/health");
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(text), { status: "ok", node: "node-1", services: { edge: "ready" } });
  });

  it("given a service that is not ready, when asked for health, then it is 503 and says which", async () => {
    const services = async (): Promise<ServiceView[]> => [ready, { name: "media", state: "down", details: {} }];
    const { status, text } = await get(await started({ services }), "/health");
    assert.equal(status, 503);
    assert.deepEqual(JSON.parse(text), {
      status: "degraded",
      node: "node-1",
      services: { edge: "ready", media: "down" },
    });
  });

  it("given samples, when asked for metrics, then they are in the format of Prometheus", async () => {
    const { headers, text } = await get(await started(), "/metrics");
    assert.equal(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    assert.match(text, /^tandem_calls 2$/m);
  });

  it("given a node, when asked for its views, then they are JSON", async () => {
    const port = await started();
    const status = JSON.parse((await get(port, "/api/v1/status")).text) as { services: ServiceView[] };
    assert.deepEqual(status.services[0]?.details, { dialogs: 2 });
    assert.deepEqual(JSON.parse((await get(port, "/api/v1/calls")).text), { calls: [{ callId: "c1" }] });
    assert.deepEqual(JSON.parse((await get(port, "/api/v1/registrations")).text), { registrations: [{ phone: "p1" }] });
    assert.deepEqual(JSON.parse((await get(port, "/api/v1/ended-calls")).text), { calls: [{ callId: "c0" }] });
  });

  it("given a call, when asked for its ladder, then it is a picture; given none of that name, then it is 404", async () => {
    const ladder = async (callId: string): Promise<typeof sampleLadder> => {
      if (callId !== "c 1") throw new SwitchError("unknown-call", "no such call");
      return sampleLadder;
    };
    const port = await started({ ladder });
    const { status, headers, text } = await get(port, "/api/v1/calls/c%201/ladder.svg");
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "image/svg+xml; charset=utf-8");
    assert.match(text, /^<svg [^]*INVITE \+ SDP/);
    const unknown = await get(port, "/api/v1/calls/c2/ladder.svg");
    assert.equal(unknown.status, 404);
    assert.equal((JSON.parse(unknown.text) as { error: { code: string } }).error.code, "unknown-call");
  });

  it("given call control that does not answer, when asked for calls, then it is 503, and the page still shows", async () => {
    const calls = async (): Promise<never> => {
      throw new SwitchError("not-connected", "nobody listens");
    };
    const port = await started({ calls });
    const { status, text } = await get(port, "/api/v1/calls");
    assert.equal(status, 503);
    assert.equal((JSON.parse(text) as { error: { code: string } }).error.code, "unavailable");
    assert.match((await get(port, "/")).text, /Call control does not answer/);
  });

  it("given a fault of ours, when it happens, then the answer is 500 and tells nothing of it", async () => {
    const metrics = async (): Promise<never> => {
      throw new Error("secret detail");
    };
    const { status, text } = await get(await started({ metrics }), "/metrics");
    assert.equal(status, 500);
    assert.doesNotMatch(text, /secret detail/);
  });

  it("given the status page, when fetched, then it needs nothing from elsewhere and may do nothing else", async () => {
    const port = await started();
    const page = await get(port, "/");
    assert.equal(page.status, 200);
    assert.match(String(page.headers["content-security-policy"]), /default-src 'none'; script-src 'self'/);
    for (const [, url = ""] of page.text.matchAll(/(?:src|href)="([^"]*)"/g)) {
      assert.match(url, /^\/(?!\/)/);
      assert.equal((await get(port, url)).status, 200, url);
    }
    assert.doesNotMatch(page.text, /\sstyle=|<style|\son\w+=/);
  });

  it("given no such page, when asked for, then it is 404 with a code", async () => {
    const { status, text } = await get(await started(), "/nothing");
    assert.equal(status, 404);
    assert.equal((JSON.parse(text) as { error: { code: string } }).error.code, "not-found");
  });

  it("given a name that was pointed at this host, or another origin, when asked, then it is refused", async () => {
    const port = await started();
    assert.equal((await get(port, "/api/v1/calls", { host: "evil.example" })).status, 403);
    assert.equal((await get(port, "/api/v1/calls", { origin: "http://evil.example" })).status, 403);
    assert.equal((await get(port, "/health", { host: `localhost:${port}` })).status, 200);
  });

  it("given a form, when posted, then it is refused before anything is done", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const { status, headers: answered } = await get(await started(), "/health", headers, "POST");
    assert.equal(status, 405);
    assert.equal(answered.allow, "GET, HEAD");
  });

  it("given a name of its own as Host, when asked, then it answers, and to no other", async () => {
    const port = await started();
    assert.equal((await get(port, "/metrics", { host: "tandem.example.org:8080" })).status, 200);
    assert.equal((await get(port, "/metrics", { host: "evil.example" })).status, 403);
  });

  it("given a token, when asked without it, then only health answers", async () => {
    const port = await started({}, "t0ken");
    assert.equal((await get(port, "/health")).status, 200);
    for (const path of ["/", "/metrics", "/api/v1/status", "/api/v1/calls", "/status.js", "/nothing"]) {
      const { status, headers } = await get(port, path);
      assert.equal(status, 401, path);
      assert.match(String(headers["www-authenticate"]), /^Basic /);
    }
    assert.equal((await get(port, "/metrics", { authorization: "Bearer t0ken" })).status, 200);
    const basic = `Basic ${Buffer.from("me:t0ken").toString("base64")}`;
    assert.equal((await get(port, "/", { authorization: basic })).status, 200);
  });

  it("given a taken port, when started, then it is named with a code", async () => {
    const port = await started();
    const view: NodeView = {
      services: async () => [],
      metrics: async () => [],
      calls: async () => [],
      registrations: async () => [],
      endedCalls: async () => [],
      trunks: async () => [],
      tollAlarms: async () => [],
      ladder: async () => sampleLadder,
    };
    const options = { node: "n", version: "1", view, clock: new ManualClock(), logger: silentLogger };
    const other = new AdminServer({ address: "127.0.0.1", port, ...options });
    await assert.rejects(other.start(), { code: "address-in-use" });
    await other.close();
  });

  it("given an idle connection, when the server closes, then it does not wait for it", async () => {
    const port = await started();
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve) => socket.once("connect", resolve));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    for (const server of servers.splice(0)) await Promise.all([server.close(), server.close()]);
    socket.destroy();
    await closed;
  });
});

function get(port: number, path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}
