import type { Provider, ProviderEventMap } from "../../src/sdk/index.ts";

/** The next event of a type. @throws {Error} after three seconds */
export function heard<Name extends keyof ProviderEventMap>(
  provider: Provider,
  name: Name,
  matches?: (event: ProviderEventMap[Name]) => boolean,
): Promise<ProviderEventMap[Name]> {
  return heardWithin(provider, name, 3_000, matches);
}

/** The next event of a type. @throws {Error} after `withinMs` */
export function heardWithin<Name extends keyof ProviderEventMap>(
  provider: Provider,
  name: Name,
  withinMs: number,
  matches: (event: ProviderEventMap[Name]) => boolean = () => true,
): Promise<ProviderEventMap[Name]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${name} within ${withinMs} ms`)), withinMs);
    const stop = provider.on(name, (event) => {
      if (!matches(event)) return;
      clearTimeout(timer);
      stop();
      resolve(event);
    });
  });
}
