import { z } from "zod";
import { peerConfig, type PeerConfig } from "./peer-config.ts";
import { phoneConfig, type PhoneConfig } from "./phone-config.ts";
import { tandemConfig, type TandemConfig } from "./tandem-config.ts";

type Sections = Pick<TandemConfig, "node" | "sip" | "edge" | "http" | "media" | "call" | "cti" | "sipProfilesDir">;

/** An entry of a list, as far as it is good. */
export interface DraftEntry<Entry> {
  /** `undefined` when any of its fields is bad. */
  readonly whole: Entry | undefined;
  /** Those fields that are good by themselves. */
  readonly fields: Partial<Entry>;
}

/**
 * A configuration as far as its sections, entries and their fields are good by themselves, so that the rules between
 * them are checked also when something else is wrong. Entries keep their index.
 */
export type ConfigDraft = { readonly [Key in keyof Sections]: Sections[Key] | undefined } & {
  readonly phones: readonly DraftEntry<PhoneConfig>[];
  readonly peers: readonly DraftEntry<PeerConfig>[];
};

/** A configuration that the schema takes. */
export function wholeDraft(config: TandemConfig): ConfigDraft {
  return { ...config, phones: config.phones.map(wholeEntry), peers: config.peers.map(wholeEntry) };
}

/** Reads what is good of a document that the schema refuses. */
export function draftOf(document: unknown): ConfigDraft {
  const raw = z.record(z.string(), z.unknown()).catch({}).parse(document);
  const { node, sip, edge, http, media, call, cti, sipProfilesDir } = tandemConfig.shape;
  return {
    node: node.safeParse(raw["node"]).data,
    sip: sip.safeParse(raw["sip"]).data,
    edge: edge.safeParse(raw["edge"]).data,
    http: http.safeParse(raw["http"]).data,
    media: media.safeParse(raw["media"]).data,
    call: call.safeParse(raw["call"]).data,
    cti: cti.safeParse(raw["cti"]).data,
    sipProfilesDir: sipProfilesDir.safeParse(raw["sipProfilesDir"]).data,
    phones: listOf(raw["phones"], (entry) => draftEntry(phoneConfig, entry)),
    peers: listOf(raw["peers"], (entry) => draftEntry(peerConfig, entry)),
  };
}

function wholeEntry<Entry>(entry: Entry): DraftEntry<Entry> {
  return { whole: entry, fields: entry };
}

function draftEntry<Schema extends z.ZodObject>(schema: Schema, entry: unknown): DraftEntry<z.output<Schema>> {
  const whole = schema.safeParse(entry).data;
  if (whole !== undefined) return wholeEntry(whole);
  const raw = z.record(z.string(), z.unknown()).catch({}).parse(entry);
  const fields = Object.entries(schema.shape).flatMap(([key, field]) => {
    const value = (field as z.ZodType).safeParse(raw[key]).data;
    return value === undefined ? [] : [[key, value]];
  });
  return { whole, fields: Object.fromEntries(fields) as Partial<z.output<Schema>> };
}

function listOf<Entry>(value: unknown, parse: (entry: unknown) => DraftEntry<Entry>): DraftEntry<Entry>[] {
  return Array.isArray(value) ? value.map(parse) : [];
}
