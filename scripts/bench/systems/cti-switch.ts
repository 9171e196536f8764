import type { CtiProbe, Moment, ProbeOffer } from "../load/cti-probe.ts";
import type { SystemUnderTest } from "./system-under-test.ts";

/** A switch whose calls an application in this process has a say in. */
export interface CtiSwitch {
  readonly system: SystemUnderTest;
  /** What is measured at it. */
  readonly kinds: readonly CtiKind[];
  /** Tells of each call to the route point, until it is closed. */
  openDesk(onOffer: (offer: Pick<ProbeOffer, "redirect">) => void): Promise<OpenDevice>;
  /** Ends the application, and the switch. */
  close(): Promise<void>;
}

/** What is measured at one device, one way. */
export interface CtiKind {
  readonly number: string;
  /** The probe is told of calls until the device is closed. */
  readonly open: (probe: CtiProbe) => Promise<OpenDevice>;
  /** Names of the metrics that a moment counts for. */
  readonly metrics: Partial<Record<Moment, readonly string[]>>;
}

export interface OpenDevice {
  close(): Promise<void>;
}
