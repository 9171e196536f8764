import type { ClientTransaction } from "../transaction/index.ts";
import type { Application } from "./application.ts";
import type { Dialog } from "./dialog.ts";
import type { SentRequest } from "./uac-dialog.ts";

/** A request that an application sent and whose final response has not come. */
export interface ClientRequest {
  readonly txnId: string;
  readonly method: string;
  readonly application: Application;
  /** Empty outside dialogs. */
  readonly dialogId: string;
  /** The dialog that it was sent in. */
  readonly dialog: Dialog | undefined;
  readonly sent: SentRequest;
  transaction: ClientTransaction | undefined;
  /** The application has given it up, or is gone: a late 2xx is acknowledged and ended. */
  state: "open" | "cancelled" | "abandoned";
  /** A final response has come; what comes after it is a retransmitted or forked 2xx. */
  hasFinal: boolean;
}
