import assert from "node:assert/strict";
import { isAccepted, mediaTypeOf } from "../../../../src/admin/rest/server/media-types.ts";

describe("isAccepted", () => {
  const json = ["application/json"];

  it("given a header that takes JSON, when judged, then it is accepted", () => {
    for (const accept of [
      undefined,
      "",
      "*/*",
      "application/*",
      "text/html, application/json;q=0.1",
      "Application/JSON",
    ]) {
      assert.equal(isAccepted(accept, json), true, accept);
    }
  });

  it("given a header that takes other things, or JSON at no price, when judged, then it is not", () => {
    for (const accept of [
      "text/html",
      "text/*",
      "application/json;q=0",
      "application/json;q=0.000, */*",
      "image/png, x",
    ]) {
      assert.equal(isAccepted(accept, json), false, accept);
    }
  });

  it("given a type with parameters, when read, then it is without them", () => {
    assert.equal(mediaTypeOf(" Application/JSON ; charset=utf-8"), "application/json");
  });
});
