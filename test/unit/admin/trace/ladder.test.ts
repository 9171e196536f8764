import assert from "node:assert/strict";
import { ladderOf } from "../../../../src/admin/trace/ladder.ts";
import { ladderSvg } from "../../../../src/admin/trace/ladder-svg.ts";
import { ladderText } from "../../../../src/admin/trace/ladder-text.ts";
import { labelOf } from "../../../../src/admin/trace/message-label.ts";
import { message, sampleCall, sampleLadder, sampleMessages } from "./sample-messages.ts";

describe("message labels", () => {
  const label = (...args: Parameters<typeof message>): string => labelOf(message(...args).text);

  it("given requests and responses, when named, then method, status and session description show", () => {
    assert.equal(label(1, "c", "sent", "INVITE", { sdp: true }), "INVITE + SDP");
    assert.equal(label(1, "c", "sent", "INVITE", { sdp: true, toTag: "t" }), "re-INVITE + SDP");
    assert.equal(label(1, "c", "sent", "BYE", { toTag: "t" }), "BYE");
    assert.equal(label(1, "c", "sent", "200 OK (INVITE)", { sdp: true }), "200 OK (INVITE) + SDP");
  });

  it("given a call put on hold, when named, then the direction shows", () => {
    const { text } = message(1, "c", "sent", "INVITE", { sdp: true, toTag: "t" });
    assert.equal(labelOf(`${text}a=sendonly\r\n`), "re-INVITE + SDP sendonly");
  });

  it("given what is no SIP, when named, then there is a name still", () => {
    assert.equal(labelOf(""), "");
    assert.equal(labelOf("SIP/2.0 200 OK\r\n\r\n"), "200 OK (?)");
  });
});

describe("the ladder of a call", () => {
  it("given a call with two contacts, when drawn up, then each contact is a lifeline and each message an arrow", () => {
    const { lifelines, arrows } = sampleLadder;
    assert.deepEqual(
      lifelines.map(({ title, place }) => `${title} ${place}`.trim()),
      [
        "1001 phone-1001 udp 192.0.2.7:5061",
        "Tandem",
        "1002 phone-1002 tcp 192.0.2.8:5061",
        "1002 phone-1002 tcp 192.0.2.8:5062",
      ],
    );
    assert.deepEqual(
      arrows.map(
        ({ afterMs, from, to, label, isFailure }) => `${afterMs} ${from}>${to} ${label}${isFailure ? " !" : ""}`,
      ),
      [
        "0 0>1 INVITE + SDP",
        "250 1>0 100 Trying (INVITE)",
        "500 1>2 INVITE + SDP",
        "750 1>3 INVITE + SDP",
        "1000 3>1 486 Busy Here (INVITE) !",
        "1250 2>1 200 OK (INVITE) + SDP",
        "1500 1>0 200 OK (INVITE) + SDP",
      ],
    );
  });

  it("given a message that is sent again, when drawn up, then the second says so", () => {
    const invite = message(0, "near", "received", "INVITE");
    const { arrows } = ladderOf(sampleCall, [invite, { ...invite, sequence: 1 }]);
    assert.deepEqual(
      arrows.map(({ label }) => label),
      ["INVITE", "INVITE again"],
    );
  });

  it("given a call of which nothing is kept, when drawn, then text and picture say so", () => {
    const empty = ladderOf(sampleCall, []);
    assert.match(ladderText(empty, 100), /no messages of this call are kept any more/);
    assert.match(ladderSvg(empty), /No messages of this call are kept any more/);
  });
});

describe("a ladder in the terminal", () => {
  it("given 100 columns, when drawn, then arrows go from lifeline to lifeline with their label and time", () => {
    const lines = ladderText(sampleLadder, 100).split("\n");
    assert.equal(lines[0], "1001 phone-1001 to 1002 phone-1002: call 0b5c, disconnected");
    assert.equal(lines[1], "first message at 2026-01-01T12:00:00.000Z");
    assert.equal(lines[6], "   0.000             │─── INVITE + SDP ───>│                     │                     │");
  });

  it("given any width, when drawn, then no line is longer and all lifelines are there", () => {
    for (const columns of [60, 80, 132, 200]) {
      const lines = ladderText(sampleLadder, columns).split("\n");
      for (const line of lines.slice(2)) assert.ok(line.length <= columns, `${columns}: ${line}`);
      assert.equal(lines.at(-1)?.match(/│/g)?.length, 4);
    }
  });

  it("given control characters in a name, when drawn, then the terminal never sees them", () => {
    const hostile = { ...sampleCall, caller: { ...sampleCall.caller, number: "\u001b[2J" } };
    assert.doesNotMatch(ladderText(ladderOf(hostile, sampleMessages), 100), /\u001b/);
  });
});

describe("a ladder as a picture", () => {
  it("given a ladder, when drawn, then it needs nothing from elsewhere and holds every label", () => {
    const svg = ladderSvg(sampleLadder);
    assert.doesNotMatch(svg, /href|url\(|<script|<style|<image/);
    for (const { label } of sampleLadder.arrows) assert.ok(svg.includes(`>${label}<`), label);
    assert.equal(svg.match(/<polygon /g)?.length, sampleLadder.arrows.length);
  });

  it("given what a phone sent, when drawn, then it cannot become markup", () => {
    const text = `INVITE sip:"><script>alert(1)</script> SIP/2.0\r\nCall-ID: near\r\n\r\n\u0000\u001b<&'`;
    const svg = ladderSvg(ladderOf(sampleCall, [message(0, "near", "received", "INVITE", { text })]));
    assert.doesNotMatch(svg, /<script|[^\P{Cc}\r\n]/u);
  });
});
