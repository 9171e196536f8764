import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own under the system's temporary one; paths stay short enough for Unix sockets. */
export class TemporaryDirectory {
  readonly path: string;

  constructor(prefix: string) {
    this.path = mkdtempSync(join(tmpdir(), `${prefix}-`));
  }

  join(...parts: string[]): string {
    return join(this.path, ...parts);
  }

  /** Removes it with all content; may be called twice. */
  close(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
