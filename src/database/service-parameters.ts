import type { ConfigurationMirror } from "./configuration-mirror.ts";
import { findServiceParameter } from "./model/service-parameters.ts";

/** Service parameters as they are now: what was set, else the default. */
export class ServiceParameters {
  readonly #mirror: Pick<ConfigurationMirror, "get">;

  constructor(mirror: Pick<ConfigurationMirror, "get">) {
    this.#mirror = mirror;
  }

  /** @throws {TypeError} when there is no such parameter, or it is no number */
  number(name: string): number {
    const value = this.value(name);
    if (typeof value !== "number") throw new TypeError(`${name} is no number`);
    return value;
  }

  /** @throws {TypeError} when there is no such parameter, or it is no text */
  text(name: string): string {
    const value = this.value(name);
    if (typeof value !== "string") throw new TypeError(`${name} is no text`);
    return value;
  }

  /** @throws {TypeError} when there is no such parameter, or it is not on or off */
  isOn(name: string): boolean {
    const value = this.value(name);
    if (typeof value !== "boolean") throw new TypeError(`${name} is not on or off`);
    return value;
  }

  /**
   * What an earlier version has taken and this one would refuse does not count.
   * @throws {TypeError} when there is no such parameter
   */
  value(name: string): number | string | boolean {
    const parameter = findServiceParameter(name);
    if (parameter === undefined) throw new TypeError(`there is no service parameter ${name}`);
    const stored = this.#mirror.get("service-parameter", name)?.value;
    if (stored === undefined) return parameter.default;
    return parameter.schema.safeParse(stored).data ?? parameter.default;
  }
}
