import type { MetricSample } from "../../common/index.ts";
import type { CtiCommands } from "../cti/commands/cti-commands.ts";
import type { CtiFeed } from "../cti/cti-feed.ts";
import { makeCtiFeed } from "../cti/make-cti-feed.ts";
import type { ModelEffect } from "../model/index.ts";
import type { CallJournal } from "./call-journal.ts";
import type { CallManagerOptions } from "./call-manager-options.ts";
import { makeCtiCommands, type CtiCommandParts } from "./features/make-cti-commands.ts";

export interface CtiServicesParts extends Omit<CtiCommandParts, "store" | "feed" | "options"> {
  readonly options: CallManagerOptions;
  readonly journal: CallJournal;
}

/** What applications are told of calls, and what they do with them. */
export class CtiServices {
  readonly feed: CtiFeed;
  readonly commands: CtiCommands;

  constructor({ options, journal, ...parts }: CtiServicesParts) {
    const { table, features } = parts;
    this.feed = makeCtiFeed(options, { journal, table, world: features.world });
    this.commands = makeCtiCommands({ ...parts, options, store: journal, feed: this.feed });
  }

  /** Follows each step of the model. */
  step(effects: readonly ModelEffect[]): void {
    this.feed.step(effects);
    this.commands.step(effects);
  }

  /** Takes up what the process before this one has left, once calls are. */
  restore(): void {
    this.feed.restore();
    this.commands.restore();
  }

  metrics(): MetricSample[] {
    return [...this.commands.metrics(), ...this.feed.metrics()];
  }

  close(): void {
    this.commands.close();
  }
}
