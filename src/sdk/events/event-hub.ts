import type { EventType } from "../../protocol/index.ts";
import { Emitter, type Unsubscribe } from "./emitter.ts";
import { EventStream, type StreamOptions } from "./event-stream.ts";
import type { ProviderEvent, ProviderEventMap } from "./provider-events.ts";

/** Who listens to the events of a provider. */
export class EventHub {
  readonly #emitter = new Emitter<ProviderEventMap & { readonly opened: undefined }>();
  readonly #streams = new Map<EventStream<ProviderEvent>, ReadonlySet<string> | undefined>();
  #isOver = false;

  on<Name extends keyof ProviderEventMap>(name: Name, listener: (event: ProviderEventMap[Name]) => void): Unsubscribe {
    return this.#emitter.on(name, listener);
  }
  onOpened(listener: () => void): Unsubscribe {
    return this.#emitter.on("opened", listener);
  }

  stream(types: readonly EventType[] | undefined, options: StreamOptions): EventStream<ProviderEvent> {
    const stream = new EventStream<ProviderEvent>(options, {
      onLost: (count) => ({ type: "stream.lost", count }),
      onEnd: () => void this.#streams.delete(stream),
    });
    if (this.#isOver) stream.end();
    else if (!stream.isOver) this.#streams.set(stream, types && new Set(types));
    return stream;
  }

  opened(): void {
    this.#emitter.emit("opened", undefined);
  }
  emit(event: ProviderEvent): void {
    if (event.type !== "stream.lost") this.#emitter.emit(event.type, event);
    this.#emitter.emit("event", event);
    for (const [stream, types] of [...this.#streams]) if (types?.has(event.type) ?? true) stream.put(event);
  }
  end(): void {
    this.#isOver = true;
    for (const stream of [...this.#streams.keys()]) stream.end();
    this.#emitter.end();
  }
}
