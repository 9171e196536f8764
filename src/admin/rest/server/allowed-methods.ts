import type { RestRoute } from "./route.ts";

/** Methods by address, for requests that no route takes. */
export class AllowedMethods {
  readonly #paths: readonly { readonly pattern: RegExp; readonly methods: readonly string[] }[];

  /** @param readOnly addresses that others serve, with GET alone */
  constructor(prefix: string, routes: readonly RestRoute[], readOnly: readonly string[]) {
    const byPath = new Map<string, string[]>(readOnly.map((path) => [path, ["GET"]]));
    for (const { path, method } of routes) {
      const methods = byPath.get(prefix + path);
      if (methods === undefined) byPath.set(prefix + path, [method]);
      else methods.push(method);
    }
    this.#paths = [...byPath].map(([path, methods]) => {
      const pattern = path.replace(/[.*+?^$|()[\]\\]/g, "\\$&").replace(/\{[A-Za-z]+\}|:[A-Za-z]+/g, "[^/]+");
      return { pattern: new RegExp(`^${pattern}$`), methods: methods.includes("GET") ? ["HEAD", ...methods] : methods };
    });
  }

  /** Empty when there is nothing at the address. */
  at(path: string): string[] {
    const found = this.#paths.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  }
}
