import type { ReportBlock, RtcpReport } from "./rtcp-packet.ts";

const MAX_SOURCES = 4;

/** What a party says in RTCP of the RTP that it hears: its last report block about each of few sources. */
export class ReportedReception {
  readonly #blocks: ReportBlock[] = [];

  /** Takes the reports of one packet from the party. */
  note(reports: readonly RtcpReport[]): void {
    for (const { blocks } of reports) for (const block of blocks) this.#replace(block);
  }

  /** Its block about `ssrc`; `undefined` when it has said nothing of it. */
  about(ssrc: number): ReportBlock | undefined {
    return this.#blocks.find((block) => block.ssrc === ssrc);
  }

  #replace(block: ReportBlock): void {
    const index = this.#blocks.findIndex(({ ssrc }) => ssrc === block.ssrc);
    if (index >= 0) this.#blocks[index] = block;
    else this.#blocks.push(block);
    if (this.#blocks.length > MAX_SOURCES) this.#blocks.shift();
  }
}
