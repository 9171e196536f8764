/** The SDK for Node.js: `tandem/sdk`. */
import { nodeSockets, type NodeTls } from "./connection/node-socket.ts";
import { Provider as AnyProvider } from "./objects/provider.ts";
import type { ProviderOptions } from "./objects/provider-options.ts";

export * from "./api.ts";
export { type NodeTls } from "./connection/node-socket.ts";

/** JTAPI Provider: the connection with a switch, and all that is known of it. */
export type Provider = AnyProvider;

/** Opens providers over WebSockets of the package `ws`. */
export const Provider = {
  /**
   * Signs in and gets the inventory: the provider is in service then.
   * @param options `tls`: how servers are trusted over `wss:`
   * @throws {CtiError} family `AUTH`, `CLIENT_UNREACHABLE`, `CLIENT_PROTOCOL`
   */
  open({ tls, ...options }: ProviderOptions & { readonly tls?: NodeTls }): Promise<Provider> {
    return AnyProvider.open(options, nodeSockets(tls));
  },
};
