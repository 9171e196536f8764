/**
 * What a stock drachtio server does not do and the embedded edge does. Said when a node starts with one, and by
 * `tandem doctor`.
 */
export const ABSENT_WITH_DRACHTIO: readonly string[] = [
  "dialogs are not handed over: after a restart each phone is asked by a re-INVITE, and gets 481 before that",
  "dialogs are not listed, and not compared with calls after a restart",
  "dialogs that no call knows are not ended",
  "INVITEs in hand of call control that died are not refused or cancelled",
  "peers are known by their addresses only, not by certificates",
  "Route header fields of call control are dropped",
  "messages above 12,228 bytes hang the connection to it",
  "SIP is neither traced nor drawn, and sources are neither limited nor banned",
  "its processes, metrics and listeners are not Tandem's to watch",
];
