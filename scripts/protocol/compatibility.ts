import type { JsonSchema } from "../../src/protocol/schema/json-schema.ts";

/** What `docs/cti/protocol.schema.json` holds. */
export interface ProtocolDocument {
  readonly $schema: string;
  readonly $id: string;
  readonly title: string;
  readonly "x-version": string;
  readonly "x-methods": Readonly<Record<string, { readonly params: JsonSchema; readonly result: JsonSchema }>>;
  readonly "x-events": Readonly<Record<string, JsonSchema>>;
  readonly "x-errors": Readonly<Record<string, { readonly family: string; readonly number: number }>>;
  readonly $defs: Readonly<Record<string, JsonSchema>>;
}

/** `request`: old applications send it; `response`: they read it. */
type Direction = "request" | "response";

/** One place of both documents. */
interface Place {
  readonly path: string;
  readonly direction: Direction;
  readonly before: ProtocolDocument;
  readonly after: ProtocolDocument;
}

type Rule = (before: JsonSchema, after: JsonSchema, at: Place) => string[];

/**
 * What keeps an application that was made for one version of the protocol from working with another one: each as one line.
 * Fields, methods, events and codes may come, and requests may be given more freedom; nothing may go or become narrower.
 */
export function incompatibilities(before: ProtocolDocument, after: ProtocolDocument): string[] {
  const at = (path: string, direction: Direction): Place => ({ path, direction, before, after });
  const ofMethods = Object.entries(before["x-methods"]).flatMap(([name, { params, result }]) => {
    const now = after["x-methods"][name];
    if (now === undefined) return [`method ${name}: removed`];
    return [
      ...compare(params, now.params, at(`${name} params`, "request")),
      ...compare(result, now.result, at(`${name} result`, "response")),
    ];
  });
  const ofEvents = Object.entries(before["x-events"]).flatMap(([type, schema]) => {
    const now = after["x-events"][type];
    return now === undefined ? [`event ${type}: removed`] : compare(schema, now, at(`event ${type}`, "response"));
  });
  const envelope = { $ref: "#/$defs/ErrorEnvelope" };
  return [
    ...ofMethods,
    ...ofEvents,
    ...errorChanges(before, after),
    ...compare(envelope, envelope, at("error", "response")),
  ];
}

function errorChanges(before: ProtocolDocument, after: ProtocolDocument): string[] {
  return Object.entries(before["x-errors"]).flatMap(([code, { family, number }]) => {
    const now = after["x-errors"][code];
    if (now === undefined) return [`error ${code}: removed`];
    return now.family === family && now.number === number ? [] : [`error ${code}: has another family or number`];
  });
}

const RULES: readonly Rule[] = [typeChanges, valueChanges, boundChanges, fieldChanges, listChanges, variantChanges];

function compare(before: JsonSchema, after: JsonSchema, at: Place): string[] {
  const [old, now] = [resolved(before, at.before), resolved(after, at.after)];
  return RULES.flatMap((rule) => rule(old, now, at));
}

function resolved(schema: JsonSchema, document: ProtocolDocument): JsonSchema {
  if (schema.$ref === undefined) return schema;
  return resolved(document.$defs[schema.$ref.slice("#/$defs/".length)] ?? {}, document);
}

function typesOf({ type }: JsonSchema): readonly string[] {
  if (type === undefined) return [];
  return typeof type === "string" ? [type] : type;
}

/** Who reads must not get what was not there; who is sent to must not refuse what it took. */
function typeChanges(before: JsonSchema, after: JsonSchema, { path, direction }: Place): string[] {
  const [wide, narrow] = direction === "request" ? [after, before] : [before, after];
  const isFine =
    typesOf(wide).length === 0
      ? typesOf(narrow).length === 0
      : typesOf(narrow).every((type) => typesOf(wide).includes(type));
  return isFine ? [] : [`${path}: has another type`];
}

function valuesOf({ const: one, enum: many }: JsonSchema): readonly unknown[] | undefined {
  return one === undefined ? many : [one];
}

function valueChanges(before: JsonSchema, after: JsonSchema, { path, direction }: Place): string[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  if (direction === "request") {
    const lost = now === undefined ? [] : (old ?? ["any other"]).filter((value) => !now.includes(value));
    return lost.map((value) => `${path}: ${String(value)} is taken no more`);
  }
  if (before["x-open"] === true) return [];
  const added = old === undefined ? [] : (now ?? ["any other"]).filter((value) => !old.includes(value));
  return added.map((value) => `${path}: ${String(value)} is new, and applications do not know it`);
}

const LEAST = ["minLength", "minimum", "minItems", "minProperties"] as const;
const MOST = ["maxLength", "maximum", "maxItems", "maxProperties"] as const;

/** Bounds of what is sent to applications are for readers. */
function boundChanges(before: JsonSchema, after: JsonSchema, { path, direction }: Place): string[] {
  if (direction === "response") return [];
  const narrowed = [
    ...LEAST.filter((word) => (after[word] ?? -Infinity) > (before[word] ?? -Infinity)),
    ...MOST.filter((word) => (after[word] ?? Infinity) < (before[word] ?? Infinity)),
    ...(after.pattern === undefined || after.pattern === before.pattern ? [] : ["pattern"]),
    ...(after.uniqueItems === true && before.uniqueItems !== true ? ["uniqueItems"] : []),
  ];
  return narrowed.map((word) => `${path}: ${word} is narrower`);
}

function fieldChanges(before: JsonSchema, after: JsonSchema, at: Place): string[] {
  const [old, now] = [before.properties ?? {}, after.properties ?? {}];
  const changes = Object.entries(old).flatMap(([name, schema]) => {
    const field = now[name];
    const place = { ...at, path: `${at.path} ${name}` };
    return field === undefined ? [`${place.path}: removed`] : compare(schema, field, place);
  });
  return [
    ...changes,
    ...requiredChanges(before, after, at),
    ...both(before.propertyNames, after.propertyNames, { ...at, path: `${at.path} names` }),
    ...both(valuesBelow(before), valuesBelow(after), { ...at, path: `${at.path} values` }),
  ];
}

function valuesBelow({ additionalProperties }: JsonSchema): JsonSchema | undefined {
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

/** Absent: anything. */
function both(before: JsonSchema | undefined, after: JsonSchema | undefined, at: Place): string[] {
  return before === undefined && after === undefined ? [] : compare(before ?? {}, after ?? {}, at);
}

function requiredChanges(before: JsonSchema, after: JsonSchema, { path, direction }: Place): string[] {
  const [old, now] = [before.required ?? [], after.required ?? []];
  if (direction === "response")
    return old
      .filter((name) => after.properties?.[name] !== undefined && !now.includes(name))
      .map((name) => `${path} ${name}: may be missing now`);
  const together = Object.entries(after.dependentRequired ?? {})
    .flatMap(([name, needed]) => needed.map((other) => [name, other] as const))
    .filter(([name, other]) => !(before.dependentRequired?.[name] ?? []).includes(other))
    .map(([name, other]) => `${path} ${name}: needs ${other} now`);
  return [
    ...now.filter((name) => !old.includes(name)).map((name) => `${path} ${name}: has to be there now`),
    ...together,
  ];
}

function listChanges(before: JsonSchema, after: JsonSchema, at: Place): string[] {
  return both(before.items, after.items, { ...at, path: `${at.path}[]` });
}

/** Variants are told apart by the constant of a field, or are compared in their order. */
function variantChanges(before: JsonSchema, after: JsonSchema, at: Place): string[] {
  const old = variantsOf(before, at.before);
  const now = variantsOf(after, at.after);
  const common = [...old.keys()].filter((name) => now.has(name));
  const gone = [...old.keys()].filter((name) => !now.has(name));
  const added = [...now.keys()].filter((name) => !old.has(name));
  const lost = at.direction === "request" ? gone : before["x-open"] === true || before.oneOf === undefined ? [] : added;
  return [
    ...lost.map((name) => `${at.path}: form ${name} ${at.direction === "request" ? "is taken no more" : "is new"}`),
    ...common.flatMap((name) =>
      compare(old.get(name) ?? {}, now.get(name) ?? {}, { ...at, path: `${at.path} (${name})` }),
    ),
  ];
}

function variantsOf({ oneOf = [], discriminator }: JsonSchema, document: ProtocolDocument): Map<string, JsonSchema> {
  return new Map(
    oneOf.map((variant, index) => {
      const schema = resolved(variant, document);
      const tag = discriminator === undefined ? schema.const : schema.properties?.[discriminator.propertyName]?.const;
      return [tag === undefined ? `${index + 1}` : String(tag), schema];
    }),
  );
}
