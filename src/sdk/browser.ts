/** The SDK for browsers: `tandem/sdk`. It loads nothing but itself. */
import { openBrowserSocket } from "./connection/browser-socket.ts";
import { Provider as AnyProvider } from "./objects/provider.ts";
import type { ProviderOptions } from "./objects/provider-options.ts";

export * from "./api.ts";

/** JTAPI Provider: the connection with a switch, and all that is known of it. */
export type Provider = AnyProvider;

/** Opens providers over the browser's WebSockets. */
export const Provider = {
  /**
   * Signs in and gets the inventory: the provider is in service then.
   * @throws {CtiError} family `AUTH`, `CLIENT_UNREACHABLE`, `CLIENT_PROTOCOL`
   */
  open(options: ProviderOptions): Promise<Provider> {
    return AnyProvider.open(options, openBrowserSocket);
  },
};
