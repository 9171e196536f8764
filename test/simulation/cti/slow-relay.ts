import type { Clock } from "../../../src/common/index.ts";
import { MediaError, type MediaRelay } from "../../../src/media/index.ts";
import type { FakeRelay } from "../../support/fake-relay.ts";
import { Stream, type MortalProcess } from "./mortal-process.ts";

type Asked = Exclude<keyof MediaRelay, "connected" | "close">;

/** The way of one life of call control to the relay, which outlives it. */
export class SlowRelay implements MediaRelay {
  readonly connected = true;
  readonly #relay: FakeRelay;
  readonly #process: MortalProcess;
  readonly #out: Stream;
  readonly #in: Stream;
  readonly #waiting = new Set<(error: Error) => void>();

  constructor(relay: FakeRelay, process: MortalProcess, clock: Clock, delayMs: () => number) {
    this.#relay = relay;
    this.#process = process;
    this.#out = new Stream(clock, delayMs);
    this.#in = new Stream(clock, delayMs);
  }

  readonly offer: MediaRelay["offer"] = (...params) => this.#ask("offer", params);
  readonly answer: MediaRelay["answer"] = (...params) => this.#ask("answer", params);
  readonly answerByEndpoint: MediaRelay["answerByEndpoint"] = (...params) => this.#ask("answerByEndpoint", params);
  readonly offerByEndpoint: MediaRelay["offerByEndpoint"] = (...params) => this.#ask("offerByEndpoint", params);
  readonly join: MediaRelay["join"] = (...params) => this.#ask("join", params);
  readonly play: MediaRelay["play"] = (...params) => this.#ask("play", params);
  readonly sendDigit: MediaRelay["sendDigit"] = (...params) => this.#ask("sendDigit", params);
  readonly configure: MediaRelay["configure"] = (...params) => this.#ask("configure", params);
  readonly release: MediaRelay["release"] = (...params) => this.#ask("release", params);
  readonly inspect: MediaRelay["inspect"] = (...params) => this.#ask("inspect", params);
  readonly list: MediaRelay["list"] = (...params) => this.#ask("list", params);

  /** Nobody answers a process that has died. */
  close(): void {
    for (const reject of this.#waiting) reject(new MediaError("relay-unreachable", "the process is dead"));
    this.#waiting.clear();
  }

  #ask<Name extends Asked>(name: Name, params: Parameters<MediaRelay[Name]>): ReturnType<MediaRelay[Name]> {
    const asked = new Promise<unknown>((resolve, reject) => {
      if (this.#process.isDead) return reject(new MediaError("relay-unreachable", "the process is dead"));
      this.#waiting.add(reject);
      const answered = (settle: () => void): void => {
        this.#in.send(() => {
          this.#process.take(() => {
            this.#waiting.delete(reject);
            settle();
          });
        });
      };
      const perform = this.#relay[name].bind(this.#relay) as (...all: typeof params) => Promise<unknown>;
      this.#process.send(() =>
        this.#out.send(() => {
          perform(...params).then(
            (result) => answered(() => resolve(result)),
            (error: unknown) =>
              answered(() => reject(error instanceof Error ? error : new Error("the relay has failed"))),
          );
        }),
      );
    });
    return asked as ReturnType<MediaRelay[Name]>;
  }
}
