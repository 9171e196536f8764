import assert from "node:assert/strict";
import { parseNameAddr } from "../../../src/sip/message/index.ts";
import { EITHER_SIDE } from "../../support/either-side.ts";
import { establish, hangUp, sdpLine } from "../../support/established-call.ts";
import { DatagramLink, written } from "../../support/phone-link.ts";
import { RelayedSwitch } from "../../support/relayed-switch.ts";
import { SipPhone, type MessageParts } from "../../support/sip-phone.ts";
import { TEST_PROFILE, type SwitchFixture } from "../../support/switch-fixture.ts";
import { testSdp } from "../../support/test-sdp.ts";

const CARRIER = "127.0.0.9";
const RELAYED = "c=IN IP4 127.0.0.1";
/** Octets as characters, as scripted phones send and get them. */
const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** Long names and their compact forms (RFC 3261 7.3.3 and 20). */
const COMPACT: readonly (readonly [string, string])[] = [
  ["Via", "v"],
  ["From", "f"],
  ["To", "t"],
  ["Call-ID", "i"],
  ["Contact", "m"],
  ["Content-Type", "c"],
  ["Content-Length", "l"],
  ["Subject", "s"],
  ["Supported", "k"],
];

type Style = (text: string) => string;

const inHead = (change: Style): Style => {
  return (text) => {
    const end = text.indexOf("\r\n\r\n");
    return change(text.slice(0, end)) + text.slice(end);
  };
};

const compact = inHead((head) =>
  COMPACT.reduce((changed, [long, short]) => changed.replace(new RegExp(`^${long}:`, "gim"), `${short} :`), head),
);

/** Each header field over several lines, with odd white space (RFC 3261 7.3.1). */
const folded = inHead((head) => {
  const [start = "", ...fields] = head.split("\r\n");
  const wrap: Style = (field) => field.replace(/^([^:]+?)[ ]*:[ ]*/, "$1 \t:\r\n  ").replace(/;tag=/, "\r\n\t;tag=");
  return [start, ...fields.map(wrap)].join("\r\n");
});

const capitals = inHead((head) => head.replace(/^([A-Za-z-]+):/gm, (name) => name.toUpperCase()));

const STYLES: readonly (readonly [string, Style])[] = [
  ["compact names", compact],
  ["folded lines", folded],
  ["names in capitals", capitals],
  ["compact names on folded lines", (text) => folded(compact(text))],
];

type Part = readonly [type: string, body: string, disposition?: string];

function multipart(...parts: readonly Part[]): Required<Pick<MessageParts, "body" | "contentType">> {
  const lines = parts.flatMap(([type, body, disposition]) => [
    "--an edge",
    `Content-Type: ${type}`,
    ...(disposition === undefined ? [] : [`Content-Disposition: ${disposition}`]),
    "",
    body,
  ]);
  return {
    body: ["a preamble, to be ignored", ...lines, "--an edge--", "an epilogue"].join("\r\n"),
    contentType: 'multipart/mixed; boundary="an edge"',
  };
}

const sdpPart = (port: number): Part => ["application/sdp", testSdp(port)];
const ISUP: Part = ["application/ISUP;version=itu-t92+", "\x01\x11\x00\xff\x7f", "signal;handling=optional"];

describe("interop 29: compact names, folding, multipart, UTF-8", () => {
  let whole: RelayedSwitch;
  let node: SwitchFixture;
  beforeEach(async () => {
    whole = await RelayedSwitch.start({
      phones: [{ displayName: "Zoë Ødegård 山田" }],
      peers: [
        {
          name: "carrier",
          addresses: [CARRIER],
          uri: `sip:${CARRIER}:5999`,
          prefixes: ["00"],
          profile: { ...TEST_PROFILE, kind: "trunk" },
          maxCalls: 2,
          transit: false,
        },
      ],
    });
    node = whole.node;
  });
  afterEach(async () => {
    await whole.stop();
  });

  async function phones(): Promise<readonly [SipPhone, SipPhone]> {
    return [await node.phone("1001"), await node.phone("1002")];
  }

  for (const [what, style] of STYLES) {
    for (const [name, order] of EITHER_SIDE) {
      it(`given a ${name} that writes ${what}, when a call is made, changed and ended, then the other sees usual messages`, async () => {
        const styled = async (): Promise<DatagramLink> => {
          const link = await DatagramLink.open(node.server);
          written(link, style);
          return link;
        };
        const isCaller = name === "caller";
        const alice = await node.phone("1001", isCaller ? { link: await styled() } : {});
        const bob = await node.phone("1002", isCaller ? {} : { link: await styled() });
        const call = await establish(alice, bob, { near: { headers: [["Subject", "lunch"]] } });
        assert.equal(call.offered.get("subject"), "lunch");
        assert.equal(sdpLine(call.offered, "c="), RELAYED);
        assert.equal(sdpLine(call.answer, "c="), RELAYED);
        const [by, other] = order(call);
        const change = by.send("INVITE", { sdp: testSdp(6_000, ["a=sendonly"], 2) });
        const passed = await other.request("INVITE");
        assert.match(passed.body, /a=sendonly/);
        other.respond(passed, 200, { sdp: testSdp(7_000, ["a=recvonly"], 2) });
        await other.request("ACK");
        by.ack(change, await change.final());
        const seen = (isCaller ? bob : alice).received.map(({ text }) => text).join("");
        assert.doesNotMatch(seen, /\r\n[ \t]/, "folded lines");
        assert.doesNotMatch(seen, /^[a-z] *:/m, "compact names");
        await hangUp(by, other);
        await whole.settled(1);
      });
    }
  }

  const bodies: readonly (readonly [string, (port: number) => MessageParts])[] = [
    ["multipart with the SDP first", (port) => multipart(sdpPart(port), ISUP)],
    [
      "multipart with the SDP last",
      (port) => multipart(["text/plain", "hello", "render;handling=optional"], ISUP, sdpPart(port)),
    ],
    ["multipart with the SDP alone", (port) => multipart(sdpPart(port))],
    [
      "SDP by a type in capitals with a parameter",
      (port) => ({ body: testSdp(port), contentType: "Application/SDP ;charset=utf-8" }),
    ],
  ];
  for (const [what, bodyOf] of bodies) {
    it(`given ${what}, when offer, answer and change come so, then each side gets the relay's SDP and nothing else`, async () => {
      const [alice, bob] = await phones();
      const { near, far, offered, answer } = await establish(alice, bob, {
        near: { ...bodyOf(4_000) },
        far: { ...bodyOf(5_000) },
      });
      const change = far.send("INVITE", bodyOf(5_002));
      const passed = await near.request("INVITE");
      near.respond(passed, 200, bodyOf(4_002));
      await near.request("ACK");
      const changed = await change.final();
      far.ack(change, changed);
      for (const message of [offered, answer, passed, changed]) {
        assert.equal(message.get("content-type"), "application/sdp");
        assert.match(message.body, /^v=0\r\n/);
        assert.equal(sdpLine(message, "c="), RELAYED);
        assert.doesNotMatch(message.body, /edge|hello/);
      }
      await hangUp(near, far);
      await whole.settled(1);
    });

    it(`given ${what}, when the answer to a delayed offer comes so in ACK, then the callee gets it`, async () => {
      const [alice, bob] = await phones();
      const near = await alice.call("1002");
      const far = await bob.offered();
      const acked = far.answer(bodyOf(5_000));
      const offer = await near.established(bodyOf(4_000));
      const ack = await acked;
      assert.equal(sdpLine(offer, "c="), RELAYED);
      assert.equal(ack.get("content-type"), "application/sdp");
      assert.equal(sdpLine(ack, "c="), RELAYED);
      await hangUp(near, far);
      await whole.settled(1);
    });
  }

  const unusable: readonly (readonly [string, MessageParts])[] = [
    ["multipart without SDP", multipart(["text/plain", "hello"])],
    ["multipart without a boundary", { body: "--x\r\n\r\n", contentType: "multipart/mixed" }],
    [
      "multipart that ends in the head of a part",
      { body: "--x\r\nContent-Type: application/sdp", contentType: "multipart/mixed;boundary=x" },
    ],
    ["compressed SDP", { sdp: "\x1f\x8b", headers: [["Content-Encoding", "gzip"]] }],
  ];
  for (const [what, parts] of unusable) {
    it(`given ${what}, when it comes in INVITE or re-INVITE, then it is refused by 415 and what goes on is unharmed`, async () => {
      const [alice, bob] = await phones();
      const call = await establish(alice, bob);
      for (const by of [call.near, call.far]) {
        const refused = await by.send("INVITE", parts).final();
        assert.equal(refused.status, 415);
        assert.match(refused.get("accept") ?? "", /application\/sdp/);
      }
      const carol = await node.phone("1003");
      const attempt = await carol.call("1002", parts);
      assert.equal((await attempt.invite?.final())?.status, 415);
      await hangUp(call.near, call.far);
      await whole.settled(1);
      assert.equal(bob.received.filter(({ kind, method }) => kind === "request" && method === "INVITE").length, 1);
    });
  }

  for (const [name, order] of EITHER_SIDE) {
    it(`given UTF-8 and other octets in bodies of INFO, when the ${name} sends them, then the other gets each octet`, async () => {
      const [alice, bob] = await phones();
      const call = await establish(alice, bob);
      const [by, other] = order(call);
      for (const part of [
        { body: utf8("Grüße, 山田 ☎"), contentType: "text/plain;charset=UTF-8" },
        { body: "\x00\xff\r\n\r\n\x80", contentType: "application/octet-stream" },
        multipart(["text/plain", utf8("☎")], ISUP),
      ]) {
        const sent = by.send("INFO", part);
        const passed = await other.request("INFO");
        assert.equal(passed.body, part.body);
        assert.equal(passed.get("content-type"), part.contentType);
        other.respond(passed, 200);
        assert.equal((await sent.final()).status, 200);
      }
      await hangUp(by, other);
      await whole.settled(1);
    });
  }

  it("given UTF-8 in names, subject and SDP, when phones call each other, then the other side has the same octets", async () => {
    const [alice, bob] = await phones();
    const subject = utf8("Mittagessen im Café ☕");
    const { near, far, offered, answer } = await establish(alice, bob, {
      near: { headers: [["Subject", subject]], sdp: testSdp(4_000).replace("s=-", `s=${utf8("Zoë's 電話")}`) },
      far: { sdp: testSdp(5_000).replace("s=-", `s=${utf8("Bjørn")}`) },
    });
    const from = parseNameAddr(offered.get("from") ?? "");
    assert.ok(from.ok);
    assert.equal(from.value.displayName, utf8("Zoë Ødegård 山田"));
    assert.equal(offered.get("subject"), subject);
    assert.equal(sdpLine(offered, "s="), `s=${utf8("Zoë's 電話")}`);
    assert.equal(sdpLine(answer, "s="), `s=${utf8("Bjørn")}`);
    for (const message of [offered, answer]) assert.equal(Number(message.get("content-length")), message.body.length);
    await hangUp(near, far);
    const [record] = await whole.settled(1);
    assert.equal(record?.caller.device, "phone-1001");
  });

  for (const [what, displayName, shown] of [
    ["UTF-8 in quotes", utf8('"Frau \\"Zoë\\" Ødegård"'), utf8('Frau "Zoë" Ødegård')],
    ["octets that are no UTF-8", '"Z\xff\xfe"', "Z\xff\xfe"],
    ["tokens without quotes", "Zoe Oe", "Zoe Oe"],
  ] as const) {
    it(`given a peer whose From has ${what} as its name, when it calls, then the callee sees that name`, async () => {
      const bob = await node.phone("1002");
      const carrier = await SipPhone.start({
        number: "1",
        user: "one",
        password: "",
        server: node.server,
        address: CARRIER,
      });
      try {
        const from = `${displayName} <sip:+49301234@${CARRIER}>;tag=from-carrier`;
        const uri = `sip:1002@127.0.0.1:${node.server.port}`;
        const fields = [
          ["From", from],
          ["To", `<${uri}>`],
          ["Call-ID", "by-name"],
          ["CSeq", "1 INVITE"],
        ] as const;
        const invite = carrier.sendRequest("INVITE", uri, fields, { sdp: testSdp(4_000) }, undefined);
        const far = await bob.offered();
        assert.ok(far.offer !== undefined);
        const seen = parseNameAddr(far.offer.get("from") ?? "");
        assert.ok(seen.ok);
        assert.equal(seen.value.displayName, shown);
        assert.match(seen.value.uri, /^sip:\+49301234@/);
        far.respond(far.offer, 486);
        assert.equal((await invite.final()).status, 486);
        await whole.settled(1);
      } finally {
        await carrier.close();
      }
    });
  }
});
