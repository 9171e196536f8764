import type { Column } from "../../view/columns.ts";
import type { FieldColumn } from "./object-words.ts";

type Json = Readonly<Record<string, unknown>>;

/** Longest list that a cell shows. */
const MAX_SHOWN = 6;
/** What names an entry of a list. */
const ENTRY_NAMES = ["directoryNumber", "routeGroup", "region", "label", "name"];

/** A field as people read it. */
export function fieldValueText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return listText(value);
  return Object.entries(value as Json)
    .map(([key, each]) => `${key}:${entryText(each)}`)
    .join(" ");
}

/** The columns of a kind, for a table. */
export function tableColumns(columns: readonly FieldColumn[]): Column[] {
  return columns.map(([title, path]) => {
    return { title, cell: (row: Json) => fieldValueText(valueAt(row, path)) };
  });
}

function valueAt(row: Json, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? (value as Json)[key] : undefined),
      row,
    );
}

function listText(list: readonly unknown[]): string {
  const shown = list.slice(0, MAX_SHOWN).map(entryText).join(" ");
  return list.length > MAX_SHOWN ? `${shown} … (${list.length})` : shown;
}

function entryText(entry: unknown): string {
  if (typeof entry !== "object" || entry === null) return fieldValueText(entry);
  const named = ENTRY_NAMES.find((key) => typeof (entry as Json)[key] === "string");
  if (named !== undefined) return String((entry as Json)[named]);
  const texts = Object.values(entry).filter((value) => typeof value === "string");
  return [...new Set(texts)].join("/");
}
