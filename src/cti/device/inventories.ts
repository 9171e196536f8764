import { BOUNDS } from "../../protocol/index.ts";
import type { DeviceView, LineView } from "../../signals/index.ts";
import type { Replica } from "../call/replica.ts";
import { CtiError } from "../cti-error.ts";
import type { Session } from "../session/session.ts";
import type { DeviceAccess } from "./device-access.ts";

/** What a session was shown the first page of. */
interface Inventory {
  readonly seq: number;
  readonly devices: readonly DeviceView[];
  readonly lines: readonly LineView[];
}

export interface InventoryPage extends Inventory {
  /** Absent: it is the last page. */
  readonly next?: string;
}

/** The devices and lines of sessions, in pages of one moment. */
export class Inventories {
  readonly #replica: Replica;
  readonly #access: DeviceAccess;
  /** One for each session: the last that was begun, until its last page. */
  readonly #begun = new Map<string, Inventory>();

  constructor(replica: Replica, access: DeviceAccess) {
    this.#replica = replica;
    this.#access = access;
  }

  /**
   * @param after `next` of the page before; absent: the first page of what is now
   * @throws {CtiError} `validation-parameter`: that page belongs to nothing that was begun
   */
  page(session: Session, after: string | undefined, limit: number = BOUNDS.pageDefault): InventoryPage {
    const [seq, from] = after === undefined ? [undefined, 0] : placeIn(after);
    const inventory = after === undefined ? this.#take(session) : this.#begun.get(session.id);
    if (inventory === undefined || from === undefined || (seq !== undefined && seq !== inventory.seq)) {
      throw new CtiError("validation-parameter", "that inventory is over: begin anew", { path: "/after" });
    }
    const { devices, lines } = inventory;
    const end = from + limit;
    const isLast = end >= devices.length + lines.length;
    if (isLast) this.#begun.delete(session.id);
    else this.#begun.set(session.id, inventory);
    return {
      seq: inventory.seq,
      // It may have been begun by who was allowed more.
      devices: devices.slice(from, end).filter(({ name }) => session.user.mayUseDevice(name)),
      lines: lines
        .slice(Math.max(0, from - devices.length), Math.max(0, end - devices.length))
        .filter((line) => this.#access.mayWatchLine(session, line)),
      ...(isLast ? {} : { next: `${inventory.seq}/${end}` }),
    };
  }

  end(session: Session): void {
    this.#begun.delete(session.id);
  }

  #take(session: Session): Inventory {
    const { devices, lines } = this.#replica;
    const byName = (one: { readonly name: string }, other: { readonly name: string }): number =>
      one.name < other.name ? -1 : 1;
    return {
      seq: session.settle(),
      devices: [...devices.values()].filter(({ name }) => session.user.mayUseDevice(name)).sort(byName),
      lines: [...lines.values()].filter((line) => this.#access.mayWatchLine(session, line)).sort(byName),
    };
  }
}

function placeIn(after: string): [seq: number, from: number | undefined] {
  const [, seq, from] = /^(\d{1,15})\/(\d{1,9})$/.exec(after) ?? [];
  return [Number(seq), from === undefined ? undefined : Number(from)];
}
