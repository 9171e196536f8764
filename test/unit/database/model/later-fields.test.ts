import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { featureOfParameter } from "../../../../src/database/model/feature-codes.ts";
import { KINDS, SCHEMAS } from "../../../../src/database/model/kinds.ts";
import { KIND_DESCRIPTIONS } from "../../../../src/database/model/kind-descriptions.ts";
import { WITH_CTI } from "../../../../src/database/model/scalars.ts";
import { SERVICE_PARAMETERS } from "../../../../src/database/model/service-parameters.ts";

/** What is kept, and acted on by features of calls that are to come: whoever makes one act takes it out here. */
const LATER = [...["phone", "cti-port", "route-point"].map((kind) => `${kind}.lines.label`), "user.pinHash"];
/** Nobody acts on what is for people, and on secrets as they are taken; `to` stands between a region and what it says of others. */
const FOR_PEOPLE = new Set(["description", "pin"]);
/** Where it does not count that a field is named: it is only shown, or kept. */
const NOT_ACTING = /^src\/(database\/(model\/(?!.*rules\.ts$)|document)|admin\/(cli|view))\//;

interface Field {
  readonly path: string;
  readonly name: string;
  readonly description: string;
}

function fieldsOf(schema: z.ZodType, path: string): Field[] {
  const def = schema.def as { innerType?: z.ZodType; element?: z.ZodType; shape?: Record<string, z.ZodType> };
  const inner = def.innerType ?? def.element;
  if (inner !== undefined) return fieldsOf(inner, path);
  return Object.entries(def.shape ?? {}).flatMap(([name, field]) => [
    { path: `${path}.${name}`, name, description: field.description ?? "" },
    ...fieldsOf(field, `${path}.${name}`),
  ]);
}

function sources(): string {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).map((file) => join("src", file));
  const acting = files.filter((file) => file.endsWith(".ts") && !NOT_ACTING.test(file));
  return acting.map((file) => readFileSync(file, "utf8")).join("\n");
}

describe("what of the model takes effect", () => {
  const fields = KINDS.flatMap((kind) => fieldsOf(SCHEMAS[kind], kind));

  it("given all kinds, fields and parameters, when those are listed that take effect later, then these are known, and all others are not marked so", () => {
    const isMarked = ({ description }: { readonly description: string }): boolean => description.endsWith(WITH_CTI);
    const marked = [
      ...KINDS.filter((kind) => isMarked({ description: KIND_DESCRIPTIONS[kind] })),
      ...fields.filter(isMarked).map(({ path }) => path),
      ...SERVICE_PARAMETERS.filter(isMarked).map(({ name }) => `service-parameter.${name}`),
    ];
    assert.deepEqual([...marked].sort(), [...LATER].sort());
  });

  it("given a field or parameter that takes effect now, when the sources are read, then there is somebody who names it", () => {
    const text = sources();
    // The code of a feature acts where somebody knows the feature.
    const isNamed = (name: string): boolean =>
      new RegExp(`\\b${(featureOfParameter(name) ?? name).replaceAll("-", "\\-")}\\b`).test(text);
    const later = new Set(LATER);
    const acting = fields.filter(({ path, name }) => !later.has(path) && !FOR_PEOPLE.has(name));
    const parameters = SERVICE_PARAMETERS.filter(({ name }) => !later.has(`service-parameter.${name}`));
    assert.ok(acting.length > 100 && parameters.length > 5);
    assert.deepEqual(
      [...acting, ...parameters].map(({ name }) => name).filter((name) => !isNamed(name)),
      [],
    );
  });
});
