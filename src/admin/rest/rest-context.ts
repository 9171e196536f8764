import type { Logger } from "../../common/index.ts";
import type { ConfigurationStore, Kind } from "../../database/index.ts";
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
  /** True for what the node's file has a say in: at the next start it is again as it says there. */
  readonly isDeclared: (kind: Kind, name: string) => boolean;
  /** Told after each change. */
  readonly onChanged: () => void;
}
