import { z } from "zod";
import { tandemConfig, type TandemConfig } from "./tandem-config.ts";

type Sections = Pick<TandemConfig, "node" | "sip" | "edge" | "http" | "media" | "call" | "sipProfilesDir">;

/**
 * A configuration as far as its sections and entries are good by themselves, so that the rules between them are
 * checked also when something else is wrong. Bad entries are `undefined` and keep their index.
 */
export type ConfigDraft = { readonly [Key in keyof Sections]: Sections[Key] | undefined } & {
  readonly phones: readonly (TandemConfig["phones"][number] | undefined)[];
  readonly peers: readonly (TandemConfig["peers"][number] | undefined)[];
};

/** Reads what is good of a document that the schema refuses. */
export function draftOf(document: unknown): ConfigDraft {
  const raw = z.record(z.string(), z.unknown()).catch({}).parse(document);
  const { node, sip, edge, http, media, call, sipProfilesDir, phones, peers } = tandemConfig.shape;
  return {
    node: node.safeParse(raw["node"]).data,
    sip: sip.safeParse(raw["sip"]).data,
    edge: edge.safeParse(raw["edge"]).data,
    http: http.safeParse(raw["http"]).data,
    media: media.safeParse(raw["media"]).data,
    call: call.safeParse(raw["call"]).data,
    sipProfilesDir: sipProfilesDir.safeParse(raw["sipProfilesDir"]).data,
    phones: listOf(raw["phones"], (entry) => phones.unwrap().element.safeParse(entry).data),
    peers: listOf(raw["peers"], (entry) => peers.unwrap().element.safeParse(entry).data),
  };
}

function listOf<Entry>(value: unknown, parse: (entry: unknown) => Entry | undefined): (Entry | undefined)[] {
  return Array.isArray(value) ? value.map(parse) : [];
}
