import { Provider, type ProviderOptions } from "../../src/sdk/index.ts";
import { Cleanup } from "./cleanup.ts";
import { lineView, phoneView, virtualView } from "./cti-samples.ts";
import { CtiServer } from "./cti-server.ts";

export const SIGN_IN = { user: "cti", password: "secret", client: { name: "test" }, random: () => 0 };

/** The route point of every server. */
export const DESK = virtualView("route-point", "desk", "5000");

/** Servers with phone 1001, port 6000 and route point 5000, and providers of them, for one test each. */
export class SdkSite {
  readonly cleanup = new Cleanup();

  async server(name = "a", port = 0): Promise<CtiServer> {
    const server = this.cleanup.add(await CtiServer.start(name, port), (started) => started.close());
    const { devices, lines } = server.world;
    devices.set("phone-1001", phoneView("1001"));
    devices.set("port", virtualView("cti-port", "port", "6000"));
    devices.set("desk", DESK);
    lines.set("1001@internal", lineView("1001"));
    lines.set("6000@internal", lineView("6000", ["port"]));
    lines.set("5000@internal", lineView("5000", ["desk"]));
    return server;
  }

  async open(urls: readonly string[], more: Partial<ProviderOptions> = {}): Promise<Provider> {
    const provider = await Provider.open({ servers: urls, ...SIGN_IN, ...more });
    return this.cleanup.add(provider, (opened) => opened.close());
  }

  close(): Promise<void> {
    return this.cleanup.run();
  }
}
