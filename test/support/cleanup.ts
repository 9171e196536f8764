/** What a test has opened; closed in reverse order, all of it, whatever fails on the way. */
export class Cleanup {
  #steps: (() => Promise<void> | void)[] = [];

  /** Notes how to close `resource` and returns it. */
  add<Resource>(resource: Resource, close: (resource: Resource) => Promise<void> | void): Resource {
    this.#steps.push(() => close(resource));
    return resource;
  }

  /** Closes all. @throws the first failure, when everything has been tried */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
