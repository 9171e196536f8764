import type { JsonSchema } from "../../src/protocol/schema/json-schema.ts";
import type { MethodSchema } from "../../src/protocol/schema/method.ts";
import type { ProtocolSchema } from "../../src/protocol/schema/protocol-schema.ts";
import { fieldTable, valueWords, type LinkOf } from "./schema-words.ts";

const NOTE = "Made from the schemas by `npm run docs:cti`; not to be edited.";
const ABOUT = "How these are used together: [protocol.md](../protocol.md).";

/** Pages of methods: file, heading, and the first words of the names of their methods. */
const FAMILIES: readonly { readonly file: string; readonly title: string; readonly prefixes: readonly string[] }[] = [
  { file: "provider.md", title: "Methods of the session", prefixes: ["provider", "events"] },
  { file: "devices.md", title: "Methods of devices and lines", prefixes: ["device", "line"] },
  { file: "calls.md", title: "Methods of calls and their media", prefixes: ["call", "media"] },
  { file: "routes.md", title: "Methods of route dialogues", prefixes: ["route"] },
];

/** Reference pages by file name. */
export function referencePages(schema: ProtocolSchema): Readonly<Record<string, string>> {
  const pages = FAMILIES.map(({ file, title, prefixes }) => [
    file,
    methodPage(
      title,
      schema.methods.filter(({ name }) => prefixes.includes(prefixOf(name))),
    ),
  ]);
  const told = pages.flatMap(([, text = ""]) => [...text.matchAll(/^## `/gm)]).length;
  if (told !== schema.methods.length) throw new Error("a method belongs to no page");
  return {
    ...(Object.fromEntries(pages) as Record<string, string>),
    "events.md": eventPage(schema),
    "views.md": viewPage(schema),
    "README.md": indexPage(schema),
  };
}

function prefixOf(method: string): string {
  return method.split(".")[0] ?? "";
}

function fileOf(method: string): string {
  return FAMILIES.find(({ prefixes }) => prefixes.includes(prefixOf(method)))?.file ?? "";
}

/** Anchor of a heading that is a name in code marks. */
function anchorOf(name: string): string {
  return name.toLowerCase().replaceAll(".", "");
}

const toViews: LinkOf = (definition) => `[${definition}](views.md#${anchorOf(definition)})`;
const withinViews: LinkOf = (definition) => `[${definition}](#${anchorOf(definition)})`;

function methodPage(title: string, methods: readonly MethodSchema[]): string {
  return [`# ${title}`, `${NOTE} ${ABOUT}`, ...methods.flatMap(methodPart)].join("\n\n") + "\n";
}

function methodPart({ name, description, isCommand, params, result }: MethodSchema): string[] {
  const kind = isCommand ? "A command: it takes a key in `meta`." : "It changes nothing of calls and settings.";
  return [
    `## \`${name}\``,
    `${description} ${kind}`,
    "Parameters:",
    fieldTable(params, toViews),
    "Result:",
    fieldTable(result, toViews),
  ];
}

function eventPage({ definitions, events }: ProtocolSchema): string {
  const parts = Object.entries(events).flatMap(([type, definition]) => {
    const schema = definitions[definition] ?? {};
    return [`## \`${type}\``, schema.description ?? "", fieldTable(schema, toViews)];
  });
  return (
    ["# Events", `${NOTE} ${ABOUT}`, "Each is the `params` of a notification `event`.", ...parts].join("\n\n") + "\n"
  );
}

function viewPage({ definitions, events }: ProtocolSchema): string {
  const ofEvents = new Set(Object.values(events));
  const parts = Object.entries(definitions)
    .filter(([name]) => !ofEvents.has(name) && name !== "CtiEvent")
    .flatMap(([name, schema]) => [`## \`${name}\``, ...definitionPart(schema)]);
  return ["# Views and other shapes", `${NOTE} ${ABOUT}`, ...parts].join("\n\n") + "\n";
}

function definitionPart(schema: JsonSchema): string[] {
  const description = schema.description === undefined ? [] : [schema.description];
  if (schema.oneOf !== undefined)
    return [
      ...description,
      "One of these:",
      ...schema.oneOf.flatMap((one) => [one.description ?? "", fieldTable(one, withinViews)]),
    ];
  if (schema.properties !== undefined) return [...description, fieldTable(schema, withinViews)];
  return [...description, `Value: ${valueWords(schema, withinViews)}.`];
}

function indexPage({ methods, events }: ProtocolSchema): string {
  const methodRows = methods.map(
    ({ name, description }) =>
      `| [\`${name}\`](${fileOf(name)}#${anchorOf(name)}) | ${description.replaceAll("|", "\\|")} |`,
  );
  const eventRows = Object.keys(events).map((type) => `[\`${type}\`](events.md#${anchorOf(type)})`);
  return (
    [
      "# Reference of the CTI protocol",
      `${NOTE} ${ABOUT} The same for programs: [protocol.schema.json](../protocol.schema.json). Errors: [errors](../errors/README.md).`,
      "## Methods",
      ["| Method | Effect |", "| -- | -- |", ...methodRows].join("\n"),
      "## Events",
      eventRows.join(", ") + ".",
      "What events, parameters and results are made of: [views](views.md).",
    ].join("\n\n") + "\n"
  );
}
