import type { Logger } from "../../common/index.ts";
import type { ConfigurationStore } from "../../database/index.ts";
import type { ServiceCaller } from "../control/service-caller.ts";
import type { Authenticator } from "./access/authenticator.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";

/** What the routes work with. */
export interface RestContext {
  readonly store: ConfigurationStore;
  readonly caller: Pick<ServiceCaller, "call">;
  readonly authenticator: Authenticator;
  readonly audit: AuditTrail;
  readonly logger: Logger;
  /** The node that this is. */
  readonly node: string;
  /** Told after each change. */
  readonly onChanged: () => void;
}
