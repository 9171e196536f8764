import assert from "node:assert/strict";
import {
  chooseEndpointMedia,
  saysTheSame,
  writeEndpointAnswer,
  writeEndpointOffer,
  type EndpointChoice,
} from "../../../../src/media/sdp/endpoint-description.ts";
import { parseSessionDescription } from "../../../../src/media/sdp/parse-session-description.ts";
import type { SessionDescription } from "../../../../src/media/sdp/session-description.ts";
import { audioSdp } from "../../../support/audio-sdp.ts";
import { BARESIP, DESK_PHONE, JSSIP, LINPHONE } from "./sample-descriptions.ts";

const RELAY = "198.51.100.200";

function parsed(text: string): SessionDescription {
  const result = parseSessionDescription(text);
  assert.ok(result.ok);
  return result.value;
}

function choose(text: string, speaksAny = false): EndpointChoice | undefined {
  return chooseEndpointMedia(parsed(text), RELAY, speaksAny);
}

describe("chooseEndpointMedia", () => {
  it("given G.711 in any order, when chosen, then the phone's first is taken with its telephone events", () => {
    const choice = choose(BARESIP.replace("RTP/AVP 0 8 101", "RTP/AVP 8 0 101"));
    assert.equal(choice?.codec.name, "PCMA");
    assert.equal(choice?.telephoneEvent?.payloadType, 101);
    assert.equal(choice?.direction, "sendrecv");
  });

  it("given other codecs first, when chosen, then a prompt takes G.711 and an echo the first", () => {
    const prompt = choose(LINPHONE);
    assert.equal(prompt?.codec.name, "PCMU");
    assert.equal(prompt?.telephoneEvent?.payloadType, 100);
    const echo = choose(LINPHONE, true);
    assert.equal(echo?.codec.name, "opus");
    assert.equal(echo?.telephoneEvent?.payloadType, 101);
  });

  it("given a hold, when chosen, then the far end's direction fits", () => {
    const directions = ["sendonly", "recvonly", "inactive"].map(
      (direction) => choose(BARESIP.replace("a=sendrecv", `a=${direction}`))?.direction,
    );
    assert.deepEqual(directions, ["recvonly", "sendonly", "inactive"]);
    assert.equal(choose(BARESIP.replace("c=IN IP4 192.0.2.11", "c=IN IP4 0.0.0.0"))?.direction, "recvonly");
  });

  it("given streams that cannot be spoken with, when chosen, then there is none", () => {
    assert.equal(choose(JSSIP, true), undefined);
    assert.equal(choose(DESK_PHONE, true), undefined);
    assert.equal(choose(BARESIP.replace("m=audio", "m=video"), true), undefined);
    assert.equal(choose(BARESIP.replaceAll(/PCM[UA]\/8000/g, "opus/48000/2")), undefined);
    assert.equal(choose(BARESIP.replace("RTP/AVP 0 8 101", "RTP/AVP 13 101"), true), undefined);
    assert.equal(choose(BARESIP.replaceAll(/PCM[UA]\/8000/g, "PCMU/8000/2")), undefined);
  });
});

describe("writeEndpointAnswer", () => {
  it("given a choice, when written, then it has the codec and events alone, and refuses the rest", () => {
    const offer = parsed(LINPHONE);
    const choice = chooseEndpointMedia(offer, RELAY, false);
    assert.ok(choice);
    assert.deepEqual(writeEndpointAnswer(offer, choice, RELAY, 20_000).split("\r\n"), [
      "v=0",
      "s=tandem",
      "t=0 0",
      "m=audio 20000 RTP/AVP 0 100",
      `c=IN IP4 ${RELAY}`,
      "a=rtpmap:0 PCMU/8000",
      "a=rtpmap:100 telephone-event/8000",
      "a=ptime:20",
      "a=sendrecv",
      "m=video 0 RTP/AVP 96",
      `c=IN IP4 ${RELAY}`,
      "",
    ]);
  });

  it("given an echo of opus, when written, then its parameters come back", () => {
    const offer = parsed(LINPHONE);
    const choice = chooseEndpointMedia(offer, RELAY, true);
    assert.ok(choice);
    const text = writeEndpointAnswer(offer, choice, RELAY, 20_000);
    assert.match(text, /m=audio 20000 RTP\/AVP 96 101\r\n/);
    assert.match(text, /a=rtpmap:96 opus\/48000\/2\r\n/);
    assert.match(text, /a=fmtp:96 useinbandfec=1\r\n/);
    assert.doesNotMatch(text, /ptime/);
  });

  it("given a phone without telephone events, when written, then the answer has none", () => {
    const offer = parsed(BARESIP.replace("RTP/AVP 0 8 101", "RTP/AVP 0"));
    const choice = chooseEndpointMedia(offer, RELAY, false);
    assert.ok(choice);
    assert.doesNotMatch(writeEndpointAnswer(offer, choice, RELAY, 20_000), /telephone-event/);
  });
});

describe("writeEndpointOffer", () => {
  it("given an address and port, when written, then both laws and events are offered", () => {
    const [audio] = parsed(
      writeEndpointOffer("2001:db8::5", 20_000).replace("s=", "o=- 1 1 IN IP4 192.0.2.1\r\ns="),
    ).media;
    assert.equal(audio?.address, "2001:db8::5");
    assert.deepEqual(
      audio?.codecs.map(({ name }) => name),
      ["PCMU", "PCMA", "telephone-event"],
    );
    assert.equal(audio?.direction, "sendrecv");
  });

  it("given what the phone was sent before, when written, then its other lines are refused in their places", () => {
    const before = parsed(
      ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"]
        .concat(["m=video 4000 RTP/AVP 34", "m=audio 4002 RTP/AVP 0", "m=image 0 udptl t38", ""])
        .join("\r\n"),
    );
    const offer = writeEndpointOffer(RELAY, 20_000, 1, before).replace("s=", "o=- 1 1 IN IP4 192.0.2.1\r\ns=");
    assert.deepEqual(
      parsed(offer).media.map(({ type, port, protocol }) => [type, port, protocol]),
      [
        ["video", 0, "RTP/AVP"],
        ["audio", 20_000, "RTP/AVP"],
        ["image", 0, "udptl"],
      ],
    );
  });
});

describe("saysTheSame", () => {
  const port = 20_000;
  const g711 = [
    [0, "PCMU/8000"],
    [8, "PCMA/8000"],
    [101, "telephone-event/8000"],
  ] as const;
  const offered = audioSdp({ port: 4000, formats: g711 });
  const says = (before: string, offer = offered): boolean => {
    const choice = choose(offer);
    assert.ok(choice);
    return saysTheSame(parsed(before), parsed(offer), choice, port);
  };

  it("given one codec in common with the phone's SDP, when compared, then it is the same, whatever else was offered", () => {
    assert.ok(says(audioSdp({ port, formats: [g711[0], g711[2]] })));
    assert.ok(says(audioSdp({ port, formats: g711 }), audioSdp({ port: 4000, formats: [g711[0]] })));
  });

  it("given another port, direction, codec or choice of codecs, or more lines, when compared, then it is not", () => {
    const one = { port, formats: [g711[0]] };
    const others = [
      audioSdp({ ...one, port: 20_002 }),
      audioSdp({ ...one, lines: ["a=sendonly"] }),
      audioSdp({ ...one, formats: [g711[1]] }),
      audioSdp({ ...one, formats: g711 }),
      audioSdp({ ...one, address: "0.0.0.0" }),
      `${audioSdp(one)}m=video 4000 RTP/AVP 34\r\n`,
    ];
    for (const before of others) assert.equal(says(before), false, before);
  });

  it("given another line that the phone was sent, when it is refused or not, then that decides", () => {
    const video = (sdp: string, videoPort: number): string => `${sdp}m=video ${videoPort} RTP/AVP 34\r\n`;
    const before = audioSdp({ port, formats: [g711[0]] });
    assert.ok(says(video(before, 0), video(offered, 5000)));
    assert.equal(says(video(before, 5000), video(offered, 5000)), false);
  });
});
