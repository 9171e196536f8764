import assert from "node:assert/strict";
import Srf from "drachtio-srf";
import { EdgeFixture, SECRET } from "../../../support/edge-fixture.ts";
import { headerOf, SipPeer } from "../../../support/sip-peer.ts";

const SDP = "v=0\r\no=a 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0\r\n";

/** What is used of drachtio-srf beyond its type declarations. */
interface Library {
  readonly SipMessage: new (raw: string) => object;
  readonly SipRequest: new (message: object, meta: object) => { agent: unknown };
  readonly SipResponse: new (agent: unknown) => { req: unknown; meta: object; msg: object };
  readonly Dialog: new (srf: Srf, role: "uac" | "uas", parts: object) => Srf.Dialog;
}
interface Agent {
  readonly wp: { send(socket: unknown, command: string): string; on(event: "msg", handler: Handler): void };
  readonly mapServer: ReadonlyMap<object, unknown>;
}
type Handler = (socket: unknown, text: string) => void;

/** What an application keeps of a dialog, so that another can go on with it. */
interface Stored {
  readonly role: "uac" | "uas";
  readonly id: string;
  readonly request: string;
  /** The 2xx; that of a UAS is made up. */
  readonly response: string;
}

describe("SipEdge with unmodified drachtio-srf: dialogs of an application that was killed", () => {
  let fixture: EdgeFixture;
  let peer: SipPeer;
  const connected: Srf[] = [];

  beforeEach(async () => {
    fixture = await EdgeFixture.start();
    peer = await SipPeer.start();
  });
  afterEach(async () => {
    for (const srf of connected.splice(0)) srf.disconnect();
    await peer.close();
    await fixture.stop();
  });

  async function connect(tag: string, register: (srf: Srf) => void = () => undefined): Promise<Srf> {
    const srf = new Srf(tag);
    connected.push(srf);
    register(srf);
    const isUp = new Promise<void>((resolve, reject) => {
      srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
    });
    void srf.connect({ host: "127.0.0.1", port: fixture.edge.wirePort, secret: SECRET });
    await isUp;
    return srf;
  }

  function agentOf(srf: Srf): Agent {
    return (srf as unknown as { readonly _app: { readonly client: Agent } })._app.client;
  }

  /** Ends the connection as a killed process does: nothing is said about dialogs. */
  function kill(srf: Srf): void {
    connected.splice(connected.indexOf(srf), 1);
    srf.disconnect();
  }

  /** Sends a command of the edge's own and resolves to the tokens of its reply. */
  function ask(srf: Srf, command: string): Promise<string[]> {
    const { wp, mapServer } = agentOf(srf);
    return new Promise((resolve) => {
      const [socket] = mapServer.keys();
      const id = wp.send(socket, command);
      wp.on("msg", (_socket, text) => {
        const tokens = text.split("\r\n", 1)[0]?.split("|") ?? [];
        if (tokens[1] === "response" && tokens[2] === id) resolve(tokens.slice(3));
      });
    });
  }

  function rebuild(srf: Srf, { role, id, request, response }: Stored): Srf.Dialog {
    const library = Srf as unknown as Library;
    const agent = agentOf(srf);
    const source = role === "uas" ? "network" : "application";
    const meta = { source, dialogId: id, address: "127.0.0.1", port: peer.port, protocol: "udp" };
    const req = new library.SipRequest(new library.SipMessage(request), meta);
    req.agent = agent;
    const res = new library.SipResponse(agent);
    res.msg = new library.SipMessage(response);
    res.req = req;
    res.meta = { dialogId: id };
    const dialog = new library.Dialog(srf, role, { req, res, sent: new library.SipMessage(response) });
    (srf as unknown as { addDialog(dialog: Srf.Dialog): void }).addDialog(dialog);
    return dialog;
  }

  async function asUas(): Promise<{ stored: Stored; to: string }> {
    const made = new Promise<Stored>((resolve, reject) => {
      void connect("app-1", (srf) => {
        srf.invite((req, res) => {
          srf.createUAS(req, res, { localSdp: SDP }).then((dialog) => {
            const { raw } = (req as unknown as { msg: { raw: string } }).msg;
            const { localTag, callId } = dialog.sip as { localTag: string; callId: string };
            const { contact } = dialog.local as unknown as { contact: string };
            const response =
              `SIP/2.0 200 OK\r\nFrom: ${headerOf(raw, "From")}\r\nTo: ${headerOf(raw, "To")};tag=${localTag}\r\n` +
              `Call-ID: ${callId}\r\nCSeq: 1 INVITE\r\nContact: ${contact}\r\n\r\n${SDP}`;
            resolve({ role: "uas", id: idOf(dialog), request: raw, response });
          }, reject);
        });
      }).then(() => fromPeer("INVITE", "<sip:1002@127.0.0.1>", 1, SDP), reject);
    });
    const to = headerOf(await peer.take("SIP/2.0 200"), "To");
    fromPeer("ACK", to, 1);
    return { stored: await made, to };
  }

  async function asUac(): Promise<{ stored: Stored; invite: string }> {
    const srf = await connect("app-1");
    let request = "";
    const dialogMade = srf.createUAC(
      peer.uri,
      { localSdp: SDP },
      {
        cbRequest: (...[, sent]: unknown[]) => {
          request = (sent as { msg: { raw: string } }).msg.raw;
        },
      },
    );
    const invite = await peer.take("INVITE");
    peer.respond(
      fixture.sipPort,
      invite,
      "200 OK",
      "peer",
      [`Contact: <${peer.uri}>`, "Content-Type: application/sdp"],
      SDP,
    );
    const dialog = await dialogMade;
    await peer.take("ACK");
    const response = (dialog as unknown as { res: { msg: { raw: string } } }).res.msg.raw;
    return { stored: { role: "uac", id: idOf(dialog), request, response }, invite };
  }

  function idOf(dialog: Srf.Dialog): string {
    return (dialog as unknown as { readonly id: string }).id;
  }

  function fromPeer(
    method: string,
    to: string,
    cseq: number,
    body = "",
    from = `<${peer.uri}>;tag=a`,
    id = "srf-call",
  ): void {
    peer.send(
      fixture.sipPort,
      [
        `${method} sip:1002@127.0.0.1:${fixture.sipPort} SIP/2.0`,
        `Via: ${peer.via()}`,
        `From: ${from}`,
        `To: ${to}`,
        `Call-ID: ${id}`,
        `CSeq: ${cseq} ${method}`,
        `Contact: <${peer.uri}>`,
        ...(body === "" ? [] : ["Content-Type: application/sdp"]),
      ],
      body,
    );
  }

  /** Kills the first application and lets a second take its dialog over, beside one that has no part in it. */
  async function takeOver(stored: Stored): Promise<{ srf: Srf; dialog: Srf.Dialog; reinvites: number[] }> {
    await connect("bystander", (srf) => srf.use((_req, res) => void res.send(488)));
    const [first] = connected;
    assert.ok(first !== undefined);
    kill(first);
    const srf = await connect("app-2", (each) => each.use((_req, res) => void res.send(486)));
    const dialog = rebuild(srf, stored);
    const reinvites: number[] = [];
    dialog.on("modify", (_req: unknown, res: unknown) => {
      reinvites.push(200);
      (res as { send(status: number, options: object): void }).send(200, { body: SDP });
    });
    assert.deepEqual(await ask(srf, "claim|instance|app-1"), ["OK", "1"]);
    return { srf, dialog, reinvites };
  }

  async function modifies(dialog: Srf.Dialog, extra: readonly string[] = []): Promise<void> {
    const modified = dialog.modify(SDP);
    const invite = await peer.take("INVITE");
    peer.respond(
      fixture.sipPort,
      invite,
      "200 OK",
      "",
      [`Contact: <${peer.uri}>`, "Content-Type: application/sdp", ...extra],
      SDP,
    );
    await peer.take("ACK");
    await modified;
  }

  for (const role of ["uas", "uac"] as const) {
    for (const by of ["application", "peer"] as const) {
      it(`given a dialog as ${role}, when another application has claimed it, then re-INVITE of both ends and BYE of the ${by} work`, async () => {
        const made = role === "uas" ? await asUas() : await asUac();
        const { dialog, reinvites } = await takeOver(made.stored);
        const [from, to, id] =
          "to" in made
            ? [`<${peer.uri}>;tag=a`, made.to, "srf-call"]
            : [
                `${headerOf(made.invite, "To")};tag=peer`,
                headerOf(made.invite, "From"),
                headerOf(made.invite, "Call-ID"),
              ];
        await modifies(dialog);
        fromPeer("INVITE", to, 20, SDP, from, id);
        await peer.take("SIP/2.0 200");
        fromPeer("ACK", to, 20, "", from, id);
        assert.deepEqual(reinvites, [200]);
        if (by === "peer") {
          const ended = new Promise<void>((resolve) => dialog.on("destroy", () => resolve()));
          fromPeer("BYE", to, 21, "", from, id);
          assert.match(await peer.take("SIP/2.0 200"), /21 BYE/);
          await ended;
        } else {
          const ended = new Promise((resolve) => void dialog.destroy({ headers: {} }, resolve));
          peer.respond(fixture.sipPort, await peer.take("BYE"), "200 OK", "");
          await ended;
        }
        assert.equal(fixture.gauge("tandem_sip_dialogs"), 0);
      });
    }
  }
});
