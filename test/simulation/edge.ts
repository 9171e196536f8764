import type { Agenda } from "./agenda.ts";
import type { Chance, Weather } from "./chance.ts";

/** What a message is about: messages of one dialog in one direction keep their order. */
type DialogTag = string;

/** The edge and the network: messages take their time; what is under way to phones when the edge dies is lost. */
export class SimulatedEdge {
  isUp = true;
  readonly #agenda: Agenda;
  readonly #chance: Chance;
  readonly #weather: Weather;
  readonly #lastMs = { toPhone: new Map<DialogTag, number>(), toSwitch: new Map<DialogTag, number>() };
  /** Requests of phones that are repeated until there is an edge. */
  #waiting: (() => void)[] = [];
  #life = 0;

  constructor(agenda: Agenda, chance: Chance, weather: Weather) {
    this.#agenda = agenda;
    this.#chance = chance;
    this.#weather = weather;
  }

  toPhone(tag: DialogTag, act: () => void): void {
    const life = this.#life;
    if (!this.isUp) return;
    this.#agenda.plan(this.#due("toPhone", tag), true, () => {
      if (this.isUp && life === this.#life) act();
    });
  }

  toSwitch(tag: DialogTag, act: () => void): void {
    if (!this.isUp) return void this.#waiting.push(act);
    const life = this.#life;
    this.#agenda.plan(this.#due("toSwitch", tag), true, () => {
      if (this.isUp && life === this.#life) act();
      else if (this.isUp) this.toSwitch(tag, act);
      else this.#waiting.push(act);
    });
  }

  /** Something that comes back after a time, whatever becomes of the edge. */
  later(act: () => void, atLeastMs = 0): void {
    this.#agenda.plan(this.#agenda.nowMs + atLeastMs + this.#delay(), true, act);
  }

  lose(): void {
    this.isUp = false;
    this.#life += 1;
  }

  find(): void {
    this.isUp = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const act of waiting) this.#agenda.plan(this.#agenda.nowMs + this.#delay(), true, act);
  }

  #due(direction: "toPhone" | "toSwitch", tag: DialogTag): number {
    const last = this.#lastMs[direction];
    const due = Math.max(last.get(tag) ?? 0, this.#agenda.nowMs + this.#delay());
    last.set(tag, due);
    return due;
  }

  #delay(): number {
    return this.#weather.delayMs === 0 ? 0 : this.#chance.below(this.#weather.delayMs);
  }
}
