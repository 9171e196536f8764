import {
  advance,
  emptyWorld,
  NO_SETTINGS,
  type Address,
  type Change,
  type LegFacts,
  type ModelEffect,
  type ModelEvent,
  type ModelSettings,
  type Place,
} from "../../src/call/model/index.ts";
import { CallWatcher } from "./call-watcher.ts";

/** A line named like a person, such as `A`. */
export function addressOf(name: string): Address {
  return { number: name, line: `${name}@internal` };
}

/** The dialog of a person's phone: `A` at `a-phone`. */
export function phoneLeg(
  name: string,
  { legId = `leg-${name}`, device = `${name.toLowerCase()}-phone` } = {},
): LegFacts {
  return { legId, kind: "phone", device, address: addressOf(name) };
}

export function trunkLeg(number: string, { legId = `leg-${number}`, device = "trunk" } = {}): LegFacts {
  return { legId, kind: "trunk", device, address: { number } };
}

/** Where a person's line rings. */
export function placeOf(name: string, devices: readonly string[] = [`${name.toLowerCase()}-phone`]): Place {
  return { kind: "phone", address: addressOf(name), devices };
}

export function trunkPlace(number: string): Place {
  return { kind: "trunk", address: { number }, devices: ["trunk"] };
}

/**
 * Events in, and what observers are told as text, for a reader to compare with a figure or a list: one line for each
 * object and event. A connection is named by its number, a device by its name.
 */
export class CallStory {
  readonly world;
  /** All that the shell was to do, without changes. */
  readonly effects: Exclude<ModelEffect, { type: "change" }>[] = [];
  /** Told of what each step does. */
  onStep: (event: ModelEvent, effects: readonly ModelEffect[]) => void = () => undefined;
  readonly #watcher = new CallWatcher();
  readonly #numbers = new Map<string, string>();

  constructor(settings: ModelSettings = NO_SETTINGS) {
    this.world = emptyWorld(settings);
  }

  /** @returns what observers are told of these events */
  tell(...events: readonly ModelEvent[]): string {
    const lines: string[] = [];
    for (const event of events) lines.push(...this.#step(event));
    return lines.join("\n");
  }

  /** @returns what observers are told of an event, as it is */
  changesOf(event: ModelEvent): readonly Change[] {
    const changes: Change[] = [];
    const effects = advance(this.world, event);
    this.onStep(event, effects);
    for (const effect of effects) {
      if (effect.type === "change") changes.push(effect.change);
      else this.effects.push(effect);
    }
    this.#nameConnections();
    for (const change of changes) this.#watcher.see(change);
    this.#watcher.settle();
    return changes;
  }

  #step(event: ModelEvent): string[] {
    const changes = this.changesOf(event);
    return grouped(changes.map((change) => this.#words(change)));
  }

  #nameConnections(): void {
    for (const { connections } of this.world.calls.values()) {
      for (const { connectionId, address } of connections) this.#numbers.set(connectionId, address.number);
    }
  }

  #words(change: Change): readonly [string, string] {
    switch (change.type) {
      case "call":
        return [`call ${change.callId}`, change.state];
      case "connection":
        return [this.#name(change.connectionId), change.change];
      case "terminal-connection":
        return [change.device, change.change];
      case "moved":
        return [this.#name(change.connectionId), `moved from ${change.from} to ${change.callId}`];
      case "feature":
        return [`${change.feature} ${change.moment}:`, featureWords(change)];
    }
  }

  #name(connectionId: string): string {
    return this.#numbers.get(connectionId) ?? connectionId;
  }
}

function featureWords({ surviving, dissolved }: Extract<Change, { type: "feature" }>): string {
  return `${surviving} survives${dissolved === undefined ? "" : `, ${dissolved} dissolves`}`;
}

/** Changes of one object that follow each other are one line. */
function grouped(words: readonly (readonly [string, string])[]): string[] {
  const lines: string[] = [];
  let last = "";
  for (const [object, change] of words) {
    if (object === last) lines.push(`${lines.pop() ?? ""}, ${change}`);
    else lines.push(`${object} ${change}`);
    last = object;
  }
  return lines;
}
