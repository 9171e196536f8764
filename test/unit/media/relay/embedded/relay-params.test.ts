import assert from "node:assert/strict";
import { SwitchError } from "../../../../../src/common/index.ts";
import {
  answerByEndpointParams,
  checkParams,
  configureParams,
  joinParams,
  offerByEndpointParams,
  offerParams,
  playParams,
  releaseParams,
} from "../../../../../src/media/relay/embedded/relay-params.ts";

const key = { callId: "c", fromTag: "a", toTag: "b" };
const offer = { ...key, sdp: "v=0", signalingAddress: "192.0.2.1", latch: "candidates" };

describe("checkParams", () => {
  it("given good parameters, when checked, then they are as sent", () => {
    assert.deepEqual(checkParams(offerParams, offer), offer);
    assert.deepEqual(checkParams(releaseParams, { callId: "c" }), { callId: "c" });
    assert.deepEqual(checkParams(offerByEndpointParams, { ...key, endpoint: "tone" }), { ...key, endpoint: "tone" });
  });

  it("given an IPv4 source of a dual-stack socket, when checked, then it is IPv4", () => {
    assert.equal(
      checkParams(offerParams, { ...offer, signalingAddress: "::ffff:192.0.2.1" }).signalingAddress,
      "192.0.2.1",
    );
  });

  it("given each fault, when checked, then the code is bad-params and the field is named", () => {
    const cases: readonly (readonly [Parameters<typeof checkParams>[0], unknown, RegExp])[] = [
      [offerParams, undefined, /.*/],
      [offerParams, "text", /.*/],
      [offerParams, { ...offer, callId: "" }, /callId/],
      [offerParams, { ...offer, callId: "x".repeat(257) }, /callId/],
      [offerParams, { ...offer, fromTag: 5 }, /fromTag/],
      [offerParams, { ...offer, toTag: "a" }, /same/],
      [offerParams, { ...offer, sdp: "x".repeat(65_537) }, /sdp/],
      [offerParams, { ...offer, signalingAddress: "phone.example.com" }, /signalingAddress/],
      [offerParams, { ...offer, latch: "none" }, /latch/],
      [offerParams, { ...offer, more: 1 }, /more/],
      [answerByEndpointParams, { ...offer, endpoint: "radio" }, /endpoint/],
      [offerByEndpointParams, key, /endpoint/],
      [releaseParams, {}, /callId/],
      [joinParams, { callId: "c" }, /caller/],
      [joinParams, { callId: "c", caller: { callId: "a", tag: "" } }, /caller.tag/],
      [joinParams, { callId: "c", caller: { callId: "a", tag: "b" }, callee: {} }, /callee.callId/],
      [playParams, { callId: "c", tag: "a", source: "echo" }, /source/],
      [playParams, { callId: "c", source: "music" }, /tag/],
      [configureParams, { music: [{ name: "../x" }] }, /music.0.name/],
      [configureParams, { music: Array.from({ length: 1_001 }, () => ({ name: "x" })) }, /music/],
    ];
    for (const [schema, params, message] of cases) {
      assert.throws(
        () => checkParams(schema, params),
        (error) => error instanceof SwitchError && error.code === "bad-params" && message.test(error.message),
        JSON.stringify(params),
      );
    }
  });
});
