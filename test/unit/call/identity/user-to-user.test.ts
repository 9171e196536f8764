import assert from "node:assert/strict";
import { receivedUserData, userToUser } from "../../../../src/call/identity/user-to-user.ts";
import { parseSipMessage, type SipMessage } from "../../../../src/sip/message/index.ts";

function inviteWith(...values: readonly string[]): SipMessage {
  const headers = values.map((value) => `User-to-User: ${value}\r\n`).join("");
  const parsed = parseSipMessage(`INVITE sip:1001@127.0.0.1 SIP/2.0\r\n${headers}Content-Length: 0\r\n\r\n`);
  assert.ok(parsed.ok);
  return parsed.value;
}

const hexOf = (text: string): string => Buffer.from(text).toString("hex");
const own = (text: string): string => `${hexOf(text)};encoding=hex;purpose=tandem-user-data`;

describe("user data in SIP (RFC 7433)", () => {
  it("given data, when they are written and read, then they are the same", () => {
    for (const data of [{ case: "4711", mood: 'süß; , "quoted"' }, { uui: "0448" }, { uui: "0448", other: "x" }, {}]) {
      const values = userToUser(data).map(([, value]) => value);
      assert.deepEqual(receivedUserData(inviteWith(...values)), data);
    }
    assert.deepEqual(userToUser(undefined), []);
  });

  it("given values that are none, when they are read, then nothing is taken of them", () => {
    const bad = [
      "xyz;encoding=hex",
      "123;encoding=hex",
      "0448;encoding=base64",
      "0448;purpose=call-center",
      own("[1]"),
      own('{"a":1}'),
      own("{"),
      own(JSON.stringify({ a: "x".repeat(5_000) })),
      `${"00".repeat(200)};encoding=hex`,
      "",
    ];
    for (const value of bad) assert.deepEqual(receivedUserData(inviteWith(value)), {}, value.slice(0, 60));
  });

  it("given a plain value that is no hex, when it is written, then it is left out", () => {
    assert.deepEqual(userToUser({ uui: "not hex\r\nX: y" }), []);
  });
});
