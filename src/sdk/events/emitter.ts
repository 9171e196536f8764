/** Ends what it stands for; may be called twice. */
export type Unsubscribe = () => void;

type Listener<Event> = (event: Event) => void;

/** Listeners by name of what they listen to. They are called in the order in which they came. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  #isOver = false;

  /** After `end` nothing is listened to any more. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): Unsubscribe {
    if (this.#isOver) return () => undefined;
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // The same function may listen twice.
    const one: Listener<Events[Name]> = (event) => listener(event);
    listeners.add(one);
    return () => void listeners.delete(one);
  }

  emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    const listeners = this.#listeners.get(name);
    // One that was ended by another one hears nothing any more.
    for (const listener of [...(listeners ?? [])])
      if (listeners?.has(listener) === true) guarded(() => (listener as Listener<unknown>)(event));
  }

  end(): void {
    this.#isOver = true;
    for (const listeners of this.#listeners.values()) listeners.clear();
    this.#listeners.clear();
  }
}

/** What a listener throws is an error of the application, and none of the provider. */
export function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
