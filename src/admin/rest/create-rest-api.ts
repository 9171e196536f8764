import type { Clock, Logger } from "../../common/index.ts";
import type { ConfigurationStore, Kind } from "../../database/index.ts";
import type { ServiceCaller } from "../control/service-caller.ts";
import { Authenticator } from "./access/authenticator.ts";
import type { PasswordHashes } from "./access/password-check.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { restRoutes } from "./rest-routes.ts";
import { RestApi } from "./server/rest-api.ts";

export interface CreateRestApiOptions {
  readonly store: ConfigurationStore;
  readonly caller: Pick<ServiceCaller, "call">;
  readonly audit: AuditTrail;
  readonly passwords: PasswordHashes;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The node that this is, which no import deletes. */
  readonly node: string;
  /** Signs in as an administrator of the name `cli`. */
  readonly adminToken: string;
  /** Signs in as an auditor of the name `http-token`; absent: nobody does so. */
  readonly httpToken?: string;
  /** True for what the node's file has a say in; absent: for nothing. */
  readonly isDeclared?: (kind: Kind, name: string) => boolean;
  /** Told after each change that was made here. */
  readonly onChanged?: () => void;
}

/** The REST API over a configuration. */
export function createRestApi(options: CreateRestApiOptions): RestApi {
  const { store, caller, audit, logger, node, isDeclared = () => false, onChanged = () => undefined } = options;
  const authenticator = new Authenticator(options);
  const routes = restRoutes({ store, caller, audit, logger, node, authenticator, isDeclared, onChanged });
  return new RestApi({ routes, authenticator, logger });
}
