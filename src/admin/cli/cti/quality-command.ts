import type { Row } from "../../control/node-view.ts";
import { fieldText, formatSeconds, type Column } from "../../view/columns.ts";
import { EXIT } from "../exit-codes.ts";
import type { CliContext } from "../node-options.ts";
import { formatTable } from "../table.ts";
import { openCti, type CtiWords } from "./open-cti.ts";

export interface QualityWords extends CtiWords {
  readonly device?: string;
}

/** `tandem cti quality CALL`: the media of a call that goes on, a row for each device whose media passes through the switch. */
export async function showQuality(callId: string, words: QualityWords, context: CliContext): Promise<number> {
  const { device, json } = words;
  const { output } = context;
  const provider = await openCti(words, context, { watch: "none" });
  try {
    const asked = { callId, ...(device === undefined ? {} : { device }) };
    const { atMs, sides } = await provider.request("call.mediaQuality", asked);
    if (json === true) output.out(JSON.stringify({ callId, atMs, sides }, null, 2));
    else if (sides.length === 0) output.err(`no media of call ${callId} passes through the switch now`);
    else output.out(formatTable(sides as unknown as Row[], columnsAt(atMs)));
    return EXIT.ok;
  } finally {
    await provider.close();
  }
}

function columnsAt(atMs: number): readonly Column[] {
  return [
    { title: "Device", cell: (row) => fieldText(row, "device") },
    { title: "Codec", cell: (row) => fieldText(row, "codec") },
    { title: "Packets", cell: (row) => fieldText(row, "packetsReceived") },
    { title: "Lost", cell: (row) => `${fieldText(row, "packetsLost")} (${fieldText(row, "lossPercent")} %)` },
    { title: "Disordered", cell: (row) => fieldText(row, "packetsOutOfOrder") },
    { title: "Jitter", cell: (row) => msText(row, "jitterMs") },
    { title: "Round trip", cell: (row) => msText(row, "roundTripMs") },
    { title: "Sent", cell: (row) => fieldText(row, "packetsSent") },
    { title: "It lost", cell: reportedText },
    { title: "Last", cell: (row) => lastText(row, atMs) },
    { title: "MOS", cell: (row) => fieldText(row, "mos") },
  ];
}

function msText(row: Row, field: string): string {
  const text = fieldText(row, field);
  return text === "" ? "" : `${text} ms`;
}

/** What the device says of what it was sent. */
function reportedText(row: Row): string {
  const lost = fieldText(row, "reported", "packetsLost");
  return lost === "" ? "" : `${lost}, jitter ${fieldText(row, "reported", "jitterMs")} ms`;
}

function lastText({ lastPacketMs }: Row, atMs: number): string {
  return typeof lastPacketMs === "number" ? `${formatSeconds((atMs - lastPacketMs) / 1_000)} ago` : "never";
}
