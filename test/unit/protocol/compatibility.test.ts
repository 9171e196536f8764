import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BASELINE, parsedDocument } from "../../../scripts/protocol/baseline.ts";
import { incompatibilities, type ProtocolDocument } from "../../../scripts/protocol/compatibility.ts";
import { schemaDocument } from "../../../scripts/protocol/schema-document.ts";
import { PROTOCOL_SCHEMA } from "../../../src/protocol/schema/protocol-schema.ts";

type Tree = Record<string, unknown>;

/** A small protocol: one method, one event. */
const SMALL: ProtocolDocument = {
  $schema: "",
  $id: "",
  title: "",
  "x-version": "1.0",
  "x-methods": { "call.hold": { params: { $ref: "#/$defs/Params" }, result: { $ref: "#/$defs/Result" } } },
  "x-events": { digits: { $ref: "#/$defs/Digits" } },
  "x-errors": { CALL_ENDED: { family: "CALL", number: 2200 } },
  $defs: {
    Params: {
      type: "object",
      properties: {
        device: { type: "string", maxLength: 64 },
        how: { enum: ["a", "b"] },
        topics: { type: "array", maxItems: 4, items: { $ref: "#/$defs/Topic" } },
        target: { type: ["string", "null"] },
        names: {
          type: "object",
          additionalProperties: { type: "string", maxLength: 9 },
          propertyNames: { maxLength: 5 },
        },
        count: { type: "integer", minimum: 1, maximum: 9 },
      },
      required: ["device"],
      additionalProperties: false,
    },
    Topic: {
      discriminator: { propertyName: "kind" },
      oneOf: [
        { type: "object", properties: { kind: { const: "line" }, name: { type: "string" } }, required: ["kind"] },
        { type: "object", properties: { kind: { const: "all" } }, required: ["kind"] },
      ],
    },
    Result: {
      type: "object",
      properties: { seq: { type: "integer" }, topic: { $ref: "#/$defs/Topic" }, slot: { type: "string" } },
      required: ["seq"],
    },
    Digits: {
      type: "object",
      properties: {
        type: { const: "digits" },
        state: { enum: ["idle", "busy"] },
        open: { enum: ["x"], "x-open": true },
      },
      required: ["type", "state"],
    },
    ErrorEnvelope: { type: "object", properties: { code: { type: "string" } }, required: ["code"] },
  },
};

/** A copy of the small protocol in which the value at a path is another one; undefined: it is gone. */
function changed(path: readonly (string | number)[], value: unknown): ProtocolDocument {
  const copy = structuredClone(SMALL);
  const last = path.at(-1) ?? "";
  let at = copy as unknown as Tree;
  for (const step of path.slice(0, -1)) at = at[step] as Tree;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

const params = ["$defs", "Params", "properties"];
const digits = ["$defs", "Digits", "properties"];
const REFUSED: readonly (readonly [string, readonly (string | number)[], unknown, string])[] = [
  ["a removed method", ["x-methods"], {}, "method call.hold: removed"],
  ["a removed event", ["x-events"], {}, "event digits: removed"],
  ["a removed error", ["x-errors"], {}, "error CALL_ENDED: removed"],
  [
    "an error of another family",
    ["x-errors", "CALL_ENDED", "family"],
    "NODE",
    "error CALL_ENDED: has another family or number",
  ],
  ["a removed field of a request", [...params, "how"], undefined, "call.hold params how: removed"],
  [
    "a retyped field of a request",
    [...params, "device", "type"],
    "integer",
    "call.hold params device: has another type",
  ],
  [
    "a type that is taken no more",
    [...params, "target", "type"],
    "string",
    "call.hold params target: has another type",
  ],
  [
    "a new field that a request needs",
    ["$defs", "Params", "required"],
    ["device", "how"],
    "call.hold params how: has to be there now",
  ],
  [
    "fields that a request needs together",
    ["$defs", "Params", "dependentRequired"],
    { how: ["count"] },
    "call.hold params how: needs count now",
  ],
  ["a value that is taken no more", [...params, "how", "enum"], ["a"], "call.hold params how: b is taken no more"],
  ["a shorter text", [...params, "device", "maxLength"], 8, "call.hold params device: maxLength is narrower"],
  [
    "a text that may not be empty",
    [...params, "device", "minLength"],
    1,
    "call.hold params device: minLength is narrower",
  ],
  ["a text of a kind", [...params, "device", "pattern"], "^a", "call.hold params device: pattern is narrower"],
  ["a greater least number", [...params, "count", "minimum"], 2, "call.hold params count: minimum is narrower"],
  ["a shorter list", [...params, "topics", "maxItems"], 2, "call.hold params topics: maxItems is narrower"],
  [
    "a list without twins",
    [...params, "topics", "uniqueItems"],
    true,
    "call.hold params topics: uniqueItems is narrower",
  ],
  [
    "shorter values",
    [...params, "names", "additionalProperties", "maxLength"],
    2,
    "call.hold params names values: maxLength is narrower",
  ],
  [
    "shorter names",
    [...params, "names", "propertyNames", "maxLength"],
    2,
    "call.hold params names names: maxLength is narrower",
  ],
  [
    "a form that is taken no more",
    ["$defs", "Topic", "oneOf", 1],
    { type: "object", properties: { kind: { const: "new" } }, required: ["kind"] },
    "call.hold params topics[]: form all is taken no more",
  ],
  [
    "a form that is new in a result",
    ["$defs", "Topic", "oneOf", 2],
    { type: "object", properties: { kind: { const: "new" } }, required: ["kind"] },
    "call.hold result topic: form new is new",
  ],
  [
    "a removed field of a result",
    ["$defs", "Result", "properties", "slot"],
    undefined,
    "call.hold result slot: removed",
  ],
  [
    "a retyped field of a result",
    ["$defs", "Result", "properties", "slot", "type"],
    "integer",
    "call.hold result slot: has another type",
  ],
  [
    "a result that may be null",
    ["$defs", "Result", "properties", "slot", "type"],
    ["string", "null"],
    "call.hold result slot: has another type",
  ],
  [
    "a field of a result that may be missing",
    ["$defs", "Result", "required"],
    [],
    "call.hold result seq: may be missing now",
  ],
  [
    "a new value in an event",
    [...digits, "state", "enum"],
    ["idle", "busy", "away"],
    "event digits state: away is new, and applications do not know it",
  ],
  [
    "another constant in an event",
    [...digits, "type", "const"],
    "tones",
    "event digits type: tones is new, and applications do not know it",
  ],
  ["a removed field of an error", ["$defs", "ErrorEnvelope", "properties"], {}, "error code: removed"],
];
const TAKEN: readonly (readonly [string, readonly (string | number)[], unknown])[] = [
  ["a new method", ["x-methods", "call.drop"], SMALL["x-methods"]["call.hold"]],
  ["a new event", ["x-events", "tones"], { type: "object" }],
  ["a new error", ["x-errors", "CALL_NEW"], { family: "CALL", number: 2200 }],
  ["a new field that a request may have", [...params, "more"], { type: "string" }],
  ["a request that needs less", ["$defs", "Params", "required"], []],
  ["a new value in a request", [...params, "how", "enum"], ["a", "b", "c"]],
  ["a longer text", [...params, "device", "maxLength"], 128],
  ["another type besides", [...params, "device", "type"], ["string", "null"]],
  ["a new field of a result", ["$defs", "Result", "properties", "more"], { type: "string" }],
  ["a field of a result that is always there", ["$defs", "Result", "required"], ["seq", "slot"]],
  ["a value less in an event", [...digits, "state", "enum"], ["idle"]],
  ["a new value where applications pass over those they do not know", [...digits, "open", "enum"], ["x", "y"]],
  ["another description", ["$defs", "Params", "description"], "Other words."],
];

describe("compatibility of the CTI protocol", () => {
  for (const [what, path, value, problem] of REFUSED)
    it(`given ${what}, when compared with the protocol before, then it is refused`, () => {
      const problems = incompatibilities(SMALL, changed(path, value));
      assert.ok(problems.includes(problem), problems.join("\n"));
    });
  for (const [what, path, value] of TAKEN)
    it(`given ${what}, when compared with the protocol before, then it is taken`, () => {
      assert.deepEqual(incompatibilities(SMALL, changed(path, value)), []);
    });
  it("given the protocol as it was accepted, when compared with it as it is now, then applications still work", () => {
    const accepted = parsedDocument(readFileSync(join(import.meta.dirname, "..", "..", "..", BASELINE), "utf8"));
    assert.deepEqual(incompatibilities(accepted, schemaDocument(PROTOCOL_SCHEMA)), []);
  });
});
