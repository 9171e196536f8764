import { escapeUser, formatHost } from "../../../sip/message/index.ts";
import { isPrivate } from "../../identity/privacy.ts";
import { octets } from "../leg/caller-identity.ts";
import type { LineDialog, WatchedParty } from "../views/line-states.ts";

/** What a document says. Text is octets, one character each. */
export interface DialogInfo {
  /** URI of what is watched. */
  readonly entity: string;
  /** Number of the line. */
  readonly local: string;
  /** Of all URIs. */
  readonly host: string;
  /** 0 and above. */
  readonly version: number;
  readonly dialogs: readonly LineDialog[];
  /** Ids of dialogs that have ended since the document before. */
  readonly ended: readonly string[];
}

/** Writes application/dialog-info+xml: the whole state (RFC 4235 4). */
export function dialogInfo({ entity, local, host, version, dialogs, ended }: DialogInfo): string {
  const localUri = `sip:${escapeUser(local)}@${formatHost(host)}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="${escapeXml(entity)}">`,
    ...dialogs.map((dialog) => dialogElement(dialog, localUri, host)),
    ...ended.map((id) => `<dialog id="${escapeXml(id)}"><state>terminated</state></dialog>`),
    "</dialog-info>",
    "",
  ].join("\r\n");
}

/** Call-ID and tags are for who wants to name the dialog (Replaces); they are those of no dialog of a phone. */
function dialogElement(
  { id, state, direction, isHolding, isHeld, remote }: LineDialog,
  localUri: string,
  host: string,
): string {
  const isConfirmed = state === "confirmed";
  const shown = remote === undefined || isPrivate(remote.privacy ?? []) ? undefined : remote;
  const remoteUri =
    shown === undefined ? "sip:anonymous@anonymous.invalid" : `sip:${escapeUser(shown.number)}@${formatHost(host)}`;
  return [
    `<dialog id="${escapeXml(id)}" call-id="${escapeXml(id)}" local-tag="l" remote-tag="r" direction="${direction}">`,
    `<state>${state}</state>`,
    `<local><identity>${escapeXml(localUri)}</identity>${target(localUri, isConfirmed, isHolding)}</local>`,
    `<remote>${identity(shown, remoteUri)}${target(remoteUri, isConfirmed, isHeld)}</remote>`,
    "</dialog>",
  ].join("");
}

function identity(party: WatchedParty | undefined, uri: string): string {
  if (party === undefined) return "";
  const { displayName } = party;
  const display = displayName === undefined ? "" : ` display="${escapeXml(displayName)}"`;
  return `<identity${display}>${escapeXml(uri)}</identity>`;
}

/** RFC 4235 4.1.6.2, RFC 3840: who does not render media is on hold by its own wish. */
function target(uri: string, isConfirmed: boolean, isSilent: boolean): string {
  if (!isConfirmed) return `<target uri="${escapeXml(uri)}"/>`;
  return `<target uri="${escapeXml(uri)}"><param pname="+sip.rendering" pval="${isSilent ? "no" : "yes"}"/></target>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Octets that are no UTF-8, and characters that XML 1.0 does not have, become replacement characters. */
function escapeXml(text: string): string {
  const read = Buffer.from(text, "latin1").toString("utf8");
  return octets(
    read.replace(/[\x00-\x1f\x7f\ufffe\uffff]/g, "\ufffd").replace(/[&<>"']/g, (one) => ENTITIES[one] ?? ""),
  );
}
