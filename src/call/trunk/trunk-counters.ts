import type { MetricSample } from "../../common/index.ts";
import { TRUNK_STATES, type TrunkStateName } from "./trunk-state.ts";

const REGISTRATION_RESULTS = ["registered", "refused", "failed"] as const;
const PING_RESULTS = ["answered", "missed", "refused"] as const;

/** What has come of registrations and pings, and how many trunks are in which state. */
export class TrunkCounters {
  readonly #registrations = { registered: 0, refused: 0, failed: 0 };
  readonly #pings = { answered: 0, missed: 0, refused: 0 };

  countRegistration(result: (typeof REGISTRATION_RESULTS)[number]): void {
    this.#registrations[result] += 1;
  }

  countPing(result: (typeof PING_RESULTS)[number]): void {
    this.#pings[result] += 1;
  }

  metrics(states: readonly TrunkStateName[]): MetricSample[] {
    const gauge = (state: TrunkStateName): MetricSample => ({
      name: "tandem_trunks",
      type: "gauge",
      help: "Trunks, by state",
      labels: { state },
      value: states.filter((one) => one === state).length,
    });
    const counter = (name: string, help: string, result: string, value: number): MetricSample => {
      return { name, type: "counter", help, labels: { result }, value };
    };
    const registrations = "Attempts to register with trunks, by what came of them";
    const pings = "OPTIONS to trunks, by what came of them";
    return [
      ...TRUNK_STATES.map(gauge),
      ...REGISTRATION_RESULTS.map((result) =>
        counter("tandem_trunk_registrations_total", registrations, result, this.#registrations[result]),
      ),
      ...PING_RESULTS.map((result) => counter("tandem_trunk_pings_total", pings, result, this.#pings[result])),
    ];
  }
}
