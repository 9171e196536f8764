import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import type { ConfigProblem } from "./config-error.ts";

/** A place in a document: keys of mappings and indexes of lists. */
export type ConfigPath = readonly PropertyKey[];

/** A YAML file that knows where each of its values stands. */
export interface YamlSource {
  /** The document as plain values; `undefined` when it could not be parsed. */
  readonly value: unknown;
  /** Faults of the YAML itself. */
  readonly problems: readonly ConfigProblem[];
  /** A problem at the value of `path`, or at the nearest place above it that exists. */
  problemAt(path: ConfigPath, reason: string): ConfigProblem;
  /** A scalar as it stands in the document, without quotes; `undefined` for anything else. */
  writtenAt(path: ConfigPath): string | undefined;
  /** A problem at a key of the mapping at `path`. */
  problemAtKey(path: ConfigPath, key: string, reason: string): ConfigProblem;
}

/** Parses one YAML document (YAML 1.2, aliases bounded). */
export function parseYamlSource(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined, path: ConfigPath, reason: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: formatPath(path), reason };
  };
  const problems = document.errors.map((error) => at(error.pos[0], [], firstSentence(error.message)));
  let value: unknown;
  try {
    if (problems.length === 0) value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    problems.push(at(0, [], error instanceof Error ? error.message : "cannot be read"));
  }
  return {
    value,
    problems,
    problemAt: (path, reason) => at(offsetOf(document, path), path, reason),
    writtenAt: (path) => {
      const node = nodeAt(document, path);
      return isScalar(node) ? node.source : undefined;
    },
    problemAtKey: (path, key, reason) =>
      at(keyOffset(document, path, key) ?? offsetOf(document, path), [...path, key], reason),
  };
}

/** A path as people write it: `phones[3].number`. */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

function offsetOf(document: Document.Parsed, path: ConfigPath): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const above = path.slice(0, length);
    const node: unknown = nodeAt(document, above);
    if (isNode(node) && node.range) return node.range[0];
    const key = keyOffset(document, above.slice(0, -1), String(above.at(-1)));
    if (key !== undefined) return key;
  }
  return document.contents?.range?.[0];
}

function keyOffset(document: Document.Parsed, path: ConfigPath, key: string): number | undefined {
  const map = nodeAt(document, path);
  if (!isMap(map)) return undefined;
  for (const { key: node } of map.items) {
    if (isScalar(node) && String(node.value) === key) return node.range?.[0];
  }
  return undefined;
}

function nodeAt(document: Document.Parsed, path: ConfigPath): unknown {
  let node: unknown = document.contents;
  for (const part of path) {
    if (isSeq(node)) node = node.items[Number(part)];
    else if (isMap(node))
      node = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))?.value;
    else return undefined;
  }
  return node;
}

function firstSentence(message: string): string {
  return message.split("\n")[0] ?? message;
}
