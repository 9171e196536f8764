import { randomBytes } from "node:crypto";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { isAtLeast } from "./principal.ts";
import type { ConfigurationStore } from "../../../database/index.ts";

const USER = "admin";

/** The administrator that a node makes for itself when it has none, whose password is in a file until it is changed. */
export class FirstPassword {
  readonly #store: ConfigurationStore;
  readonly #file: string;

  constructor(store: ConfigurationStore, file: string) {
    this.#store = store;
    this.#file = file;
  }

  /** True until the first password has been changed. */
  get isPending(): boolean {
    return existsSync(this.#file);
  }

  /**
   * Makes user `admin` when there is no administrator.
   * @throws {DatabaseError}
   */
  async prepare(): Promise<void> {
    this.look();
    if (this.#store.all("user").some(({ body }) => isAtLeast(body.role, "administrator"))) return;
    const password = randomBytes(15).toString("base64url");
    // Before the user, so that it is there whenever the user is.
    rmSync(this.#file, { force: true });
    writeFileSync(this.#file, `${password}\n`, { mode: 0o600, flag: "wx" });
    const body = { name: USER, role: "administrator", password, mustChangePassword: true };
    const isThere = this.#store.get("user", USER) !== undefined;
    const operation = isThere
      ? ({ type: "merge", kind: "user", name: USER, body } as const)
      : ({ type: "create", kind: "user", body } as const);
    await this.#store.apply({ author: "tandem", summary: "first administrator", operations: [operation] });
  }

  /** Takes the file away when its password counts no more. */
  look(): void {
    const user = this.#store.get("user", USER)?.body;
    if (user?.mustChangePassword !== true) rmSync(this.#file, { force: true });
  }
}
