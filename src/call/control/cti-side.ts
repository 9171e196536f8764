import type { MetricSample } from "../../common/index.ts";
import type { TouchedObjects } from "../../database/index.ts";
import type { CtiCommands } from "../cti/commands/cti-commands.ts";
import type { CtiFeed } from "../cti/cti-feed.ts";
import { makeCtiFeed, type FeedParts } from "../cti/make-cti-feed.ts";
import type { ModelEffect } from "../model/index.ts";
import type { CallManagerOptions } from "./call-manager-options.ts";
import { makeCtiCommands, type CtiCommandParts } from "./features/make-cti-commands.ts";

export interface CtiSideOptions
  extends Omit<FeedParts, "world">, Omit<CtiCommandParts, "options" | "store" | "feed" | "table" | "lamps"> {
  readonly options: CallManagerOptions;
}

/** What applications are told by a call control, and ask of it. */
export class CtiSide {
  readonly feed: CtiFeed;
  readonly commands: CtiCommands;

  constructor({ options, ...parts }: CtiSideOptions) {
    const { journal, features } = parts;
    this.feed = makeCtiFeed(options, { ...parts, world: features.world });
    this.commands = makeCtiCommands({ ...parts, options, store: journal, feed: this.feed });
  }

  /** Takes what a step of the model does, once that is on file and before it is done. */
  step(effects: readonly ModelEffect[]): void {
    this.feed.step(effects);
    this.commands.step(effects);
  }

  /** Takes up what the process before this one has left, once calls are taken up. */
  restore(): void {
    this.feed.restore();
    this.commands.restore();
  }

  /** Takes up that objects of the configuration have changed, once calls go by it. */
  configurationChanged(touched: TouchedObjects): void {
    this.feed.objects.configurationChanged(touched);
  }

  metrics(): MetricSample[] {
    return [...this.commands.metrics(), ...this.feed.metrics()];
  }

  /** May be called twice. */
  close(): void {
    this.feed.close();
    this.commands.close();
  }
}
