import type { Provider, ProviderEventMap } from "../../src/sdk/index.ts";

/** The next event of a type. @throws {Error} after three seconds */
export function heard<Name extends keyof ProviderEventMap>(
  provider: Provider,
  name: Name,
  matches: (event: ProviderEventMap[Name]) => boolean = () => true,
): Promise<ProviderEventMap[Name]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${name} within 3 s`)), 3_000);
    const stop = provider.on(name, (event) => {
      if (!matches(event)) return;
      clearTimeout(timer);
      stop();
      resolve(event);
    });
  });
}
