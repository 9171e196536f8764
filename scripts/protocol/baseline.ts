import type { ProtocolDocument } from "./compatibility.ts";

/** The protocol as it was last accepted. */
export const BASELINE = "docs/cti/protocol.baseline.json";

export function parsedDocument(text: string): ProtocolDocument {
  return JSON.parse(text) as ProtocolDocument;
}

/** The document without what only readers need. */
export function acceptedText(document: ProtocolDocument): string {
  const isForReaders = (key: string, value: unknown): boolean =>
    ["x-unit", "message", "advice"].includes(key) || (key === "description" && typeof value === "string");
  return `${JSON.stringify(document, (key, value: unknown) => (isForReaders(key, value) && typeof value === "string" ? undefined : value), 1)}\n`;
}
