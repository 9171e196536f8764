import { constants, setPriority } from "node:os";
import { errorMessageOf, type Logger } from "../../common/index.ts";

/**
 * Lets this process run before others: a relay that waits for the processor is heard as a gap. Needs a right that
 * few have outside of a service manager; without it all goes on as before.
 */
export function raisePriority(logger: Logger): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch (error) {
    logger.info("runs at normal priority", { reason: errorMessageOf(error) });
  }
}
