import assert from "node:assert/strict";
import { parseAssignments, patchOf } from "../../../../src/admin/cli/configuration/assignments.ts";
import { fieldsOf } from "../../../../src/admin/cli/configuration/object-names.ts";
import { errorCodeOf, errorMessageOf } from "../../../../src/common/index.ts";
import type { Kind } from "../../../../src/database/index.ts";

const patch = (kind: Kind, words: readonly string[], now: Readonly<Record<string, unknown>> = {}): unknown =>
  patchOf(parseAssignments(fieldsOf(kind), words), now);

describe("fields on the command line", () => {
  const written: readonly (readonly [string, Kind, string[], unknown])[] = [
    ["text", "phone", ["description=Front desk = 2"], { description: "Front desk = 2" }],
    ["text that looks like a number", "directory-number", ["number=0123"], { number: "0123" }],
    ["a number", "phone", ["maxCalls=7"], { maxCalls: 7 }],
    ["true", "phone", ["allowControl=yes"], { allowControl: true }],
    ["false", "phone", ["allowControl=false"], { allowControl: false }],
    ["nothing", "phone", ["owner="], { owner: null }],
    ["a list of text", "calling-search-space", ["partitions=a, b"], { partitions: ["a", "b"] }],
    ["a list of codes", "region", ["codecs=PCMA,opus"], { codecs: ["PCMA", "opus"] }],
    ["names of entries", "route-list", ["groups=a,b"], { groups: [{ routeGroup: "a" }, { routeGroup: "b" }] }],
    [
      "entries in YAML",
      "phone",
      ['speedDials=[{label: Ann, destination: "1001"}]'],
      { speedDials: [{ label: "Ann", destination: "1001" }] },
    ],
    ["one entry in YAML", "time-schedule", ["periods={from: 08:00}"], { periods: [{ from: "08:00" }] }],
    ["an object in YAML", "trunk", ["inbound={prefix: '9'}"], { inbound: { prefix: "9" } }],
    [
      "fields of fields",
      "trunk",
      ["tollGuard.premium=false", "tollGuard.callsPerHour=5"],
      { tollGuard: { premium: false, callsPerHour: 5 } },
    ],
    [
      "two of one object, one of them taken out",
      "directory-number",
      ["forwarding.busy.internal=1002", "forwarding.all="],
      { forwarding: { busy: { internal: "1002" }, all: null } },
    ],
  ];
  for (const [what, kind, words, expected] of written) {
    it(`given ${what}, when ${words.join(" ")} is read, then the patch says so`, () => {
      assert.deepEqual(patch(kind, words), expected);
    });
  }

  describe("of lists that are there", () => {
    const now = { lines: [{ directoryNumber: "1001@internal", label: "Ann" }, { directoryNumber: "1002@sales" }] };

    it("given entries, when set by name, then those that were there keep what else they have", () => {
      assert.deepEqual(patch("phone", ["lines=1003,1001"], now), {
        lines: [{ directoryNumber: "1003" }, { directoryNumber: "1001@internal", label: "Ann" }],
      });
    });

    it("given entries, when one is added twice, then it is there once", () => {
      assert.deepEqual(patch("phone", ["lines+=1001", "lines+=1003", "lines+=1003"], now), {
        lines: [...now.lines, { directoryNumber: "1003" }],
      });
    });

    it("given entries, when one is taken away, then the others stay", () => {
      assert.deepEqual(patch("phone", ["lines-=1001"], now), { lines: [{ directoryNumber: "1002@sales" }] });
      assert.deepEqual(patch("user", ["devices-=b,x"], { devices: ["a", "b"] }), { devices: ["a"] });
    });
  });

  const wrong: readonly (readonly [Kind, string, string])[] = [
    ["phone", "devicepool=x", "there is no field devicepool; did you mean devicePool?"],
    ["partition", "zzz=x", "there is no field zzz; known: name, description, timeSchedule"],
    ["phone", "tollGuard.premum=x", "there is no field tollGuard.premum; did you mean premium?"],
    ["phone", "owner.name=x", "owner has no fields: there is no owner.name"],
    ["phone", "front desk", "expected KEY=VALUE, found front desk"],
    ["phone", "maxCalls=many", "maxCalls: expected a number, found many"],
    ["phone", "allowControl=maybe", "allowControl: expected true or false, found maybe"],
    ["phone", "owner+=x", "owner is no list: only owner=VALUE is possible"],
    ["phone", "speedDials=1001", "speedDials: expected entries such as [{...}] in YAML"],
    ["phone", "speedDials=[{", "speedDials: expected [...] in YAML, found [{"],
    ["trunk", "inbound=9", "inbound: expected {...} in YAML, found 9"],
  ];
  for (const [kind, word, message] of wrong) {
    it(`given ${word}, when read for a ${kind}, then it is refused with what was expected`, () => {
      assert.throws(
        () => patch(kind, [word]),
        (error) => errorCodeOf(error) === "bad-usage" && errorMessageOf(error) === message,
      );
    });
  }
});
