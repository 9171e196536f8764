import { errorMessageOf, type Logger } from "../../../common/index.ts";
import type { Inventory } from "../../device/index.ts";
import { emergencyPlan, type EmergencyPlan, type EmergencySettings } from "../../digit-analysis/index.ts";

export interface EmergencyRouteOptions {
  /** Absent: there are no emergency calls. */
  readonly settings: EmergencySettings | undefined;
  readonly inventory: Inventory;
  readonly logger: Logger;
}

/** Where emergency calls lead, by the trunks that there are. */
export class EmergencyRoute {
  readonly #options: EmergencyRouteOptions;
  #plan: EmergencyPlan | undefined;

  constructor(options: EmergencyRouteOptions) {
    this.#options = options;
    this.renew();
  }

  /** Undefined: nowhere. */
  get plan(): EmergencyPlan | undefined {
    return this.#plan;
  }

  /** Takes up that trunks have changed. */
  renew(): void {
    const { settings, inventory, logger } = this.#options;
    try {
      this.#plan = settings && emergencyPlan(settings, inventory);
    } catch (error) {
      this.#plan = undefined;
      logger.error("emergency calls lead nowhere", { error: errorMessageOf(error) });
    }
  }
}
