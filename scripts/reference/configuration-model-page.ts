import {
  collectionOf,
  KIND_DESCRIPTIONS,
  KINDS,
  REFERENCES,
  SCHEMAS,
  yamlKeyOf,
  DEVICE_KINDS,
  type Kind,
} from "../../src/database/index.ts";
import { fieldRows, row } from "./schema-table.ts";

const INTRODUCTION = `# The configuration model

Made from the schemas by \`npm run docs:configuration\`.

What Tandem is configured with while it runs is a set of objects of ${KINDS.length} kinds, which refer to each other by name. A change is one step or
many; it is checked as a whole and done as a whole, and it can be undone until something of it has been changed again. The last 10,000 changes are kept, and
64 MiB of what they did.

- **Names** are unique within a kind; phones, CTI ports, route points and trunks share one set. Numbers and patterns are named with their
  partition: \`1001@internal\`. A name does not change: make another object and delete the first one.
- **References** lead to what is there. An object that others refer to cannot be deleted, except where the reference is taken out.
- **Secrets** (passwords, PINs) are taken and not shown. Of passwords of phones, users' passwords and PINs only hashes are kept; those of trunks are encrypted.
  A phone that has a password needs one again when its digest user changes.
- **Administrators**: once there is one, the last one cannot be deleted or get another role.
- **Text that looks like a number** is written in quotes in YAML.

## The document

The whole configuration is one document, in YAML or JSON, with a list for each kind; what has its default may be left out.

\`\`\`yaml
version: 1
directoryNumbers:
  - { number: "1001", displayName: Ann }
phones:
  - { name: ann, lines: [{ directoryNumber: "1001" }], credentials: { password: choose-a-good-one } }
\`\`\`

An import **merges**: objects of the document are made, or are from then on as it says, whole; the others stay. Or it **replaces**: what the document does
not have is deleted, except the node itself. Secrets that it does not have stay as they are, so that an export without secrets, imported again, changes nothing.
An export with secrets holds hashes, which are as good as passwords to who reads them, and passwords of trunks that only the node can read that encrypted them.

[The JSON Schema](schema/tandem-configuration.schema.json) lets editors check and complete it: begin a YAML file with
\`# yaml-language-server: $schema=\` and its address.
`;

/** docs/configuration-model.md: every kind with its fields, its references and what deleting does. */
export function configurationModelPage(): string {
  const index = KINDS.map((kind) => row(`[\`${kind}\`](#${kind})`, KIND_DESCRIPTIONS[kind]));
  const lines = [INTRODUCTION, "## Kinds", "", "| Kind | What it is |", "|--|--|", ...index, ""];
  return [...lines, ...KINDS.flatMap(sectionOf)].join("\n");
}

function sectionOf(kind: Kind): string[] {
  return [
    `## ${kind}`,
    "",
    `${KIND_DESCRIPTIONS[kind]} In documents \`${yamlKeyOf(kind)}\`, in REST \`/api/v1/${collectionOf(kind)}\`.`,
    "",
    "| Key | Value | Default | Effect |",
    "|--|--|--|--|",
    ...fieldRows(SCHEMAS[kind]),
    "",
    ...referencesOf(kind),
    ...deletingOf(kind),
  ];
}

function referencesOf(kind: Kind): string[] {
  const rules = REFERENCES[kind];
  if (rules.length === 0) return [];
  const texts = rules.map(({ path, target }) => `\`${keyOf(path)}\` (${linkTo(target)})`);
  return [`Refers to others in ${texts.join(", ")}.`, ""];
}

function deletingOf(kind: Kind): string[] {
  const isDevice = (DEVICE_KINDS as readonly Kind[]).includes(kind);
  const by = KINDS.flatMap((other) =>
    REFERENCES[other]
      .filter(({ target }) => target === kind || (target === "device" && isDevice))
      .map(({ path, onDelete }) => ({ text: `\`${keyOf(path)}\` of a ${linkTo(other)}`, onDelete })),
  );
  const textOf = (wanted: string): string =>
    by.flatMap(({ text, onDelete }) => (onDelete === wanted ? [text] : [])).join(", ");
  const [refuse, detach] = [textOf("refuse"), textOf("detach")];
  const effects = [
    ...(refuse === "" ? [] : [`is refused while it is named in ${refuse}`]),
    ...(detach === "" ? [] : [`takes the reference out of ${detach}`]),
  ];
  return [`Deleting one ${effects.length === 0 ? "concerns no other object" : effects.join("; otherwise it ")}.`, ""];
}

function linkTo(target: Kind | "device"): string {
  return target === "device" ? "any device" : `[${target}](#${target})`;
}

function keyOf(path: readonly string[]): string {
  return path.join(".").replaceAll(".*", "[]");
}
