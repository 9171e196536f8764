import { type Flow, endpointKey } from "../flow.ts";

/** A flow over UDP, and when its peer was last heard. */
export interface UdpFlow extends Flow {
  lastHeardMs: number;
}

/**
 * The peers heard lately over one listener. Two generations, each dropped whole: what a flood of made-up addresses
 * fills costs a bounded memory, and the flow of a peer that is still there is soon made again.
 */
export class UdpFlows {
  readonly #maxPerGeneration: number;
  #young = new Map<string, UdpFlow>();
  #old = new Map<string, UdpFlow>();

  constructor(maxPerGeneration: number) {
    this.#maxPerGeneration = maxPerGeneration;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(address: string, port: number): UdpFlow | undefined {
    const key = endpointKey(address, port);
    const flow = this.#young.get(key);
    if (flow !== undefined) return flow;
    const aged = this.#old.get(key);
    if (aged === undefined) return undefined;
    this.#old.delete(key);
    this.#keep(key, aged);
    return aged;
  }

  add(flow: UdpFlow): void {
    this.#keep(endpointKey(flow.remoteAddress, flow.remotePort), flow);
  }

  #keep(key: string, flow: UdpFlow): void {
    if (this.#young.size >= this.#maxPerGeneration) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, flow);
  }
}
