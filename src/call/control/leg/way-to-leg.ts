import { isSameAddress } from "../../device/index.ts";
import type { Binding } from "../../registrar/index.ts";
import type { Leg, LegDialog, LegRegistration } from "./leg.ts";

type LastSeen = Pick<Leg, "source" | "registration"> & {
  readonly dialog?: Pick<LegDialog, "remoteTarget" | "routeSet">;
};

/** What the phone that sent a request had registered as; undefined when it did not from there. */
export function registrationAt(bindings: readonly Binding[], source: Leg["source"]): LegRegistration | undefined {
  const binding = bindings.find((one) => isSameFlow(one.source, source));
  return binding === undefined ? undefined : registrationOf(binding);
}

export function registrationOf({ callId, instance }: Binding): LegRegistration {
  return { callId, ...(instance === undefined ? {} : { instance }) };
}

/**
 * Where to send requests inside a dialog to a phone that has connected anew and registered since it was last seen in it;
 * undefined: where the edge sends them by itself. The phone is known by its instance, else by the Call-ID of its
 * REGISTERs (RFC 3261 10.2: the same until it is started again), else by its Contact; else it is the one that registered
 * last over the same transport from the same address.
 * @param bindings those of its device
 */
export function wayToLeg(bindings: readonly Binding[], leg: LastSeen): string | undefined {
  const { protocol } = leg.source;
  const isBehindProxy = leg.dialog !== undefined && leg.dialog.routeSet.length > 0;
  if (protocol === "udp" || protocol === "" || isBehindProxy) return undefined;
  const binding = bindingNow(bindings, leg);
  if (binding === undefined || binding.path !== undefined || isSameFlow(binding.source, leg.source)) return undefined;
  return binding.proxyUri;
}

function bindingNow(bindings: readonly Binding[], { source, dialog, registration }: LastSeen): Binding | undefined {
  if (registration?.instance !== undefined)
    return newest(bindings, ({ instance }) => instance === registration.instance);
  const isMoved = (binding: Binding): boolean => !isSameFlow(binding.source, source);
  return (
    newest(bindings, ({ callId }) => callId === registration?.callId) ??
    newest(bindings, (binding) => binding.contactUri === dialog?.remoteTarget && isMoved(binding)) ??
    newest(bindings, (binding) => isMoved(binding) && isSamePlace(binding.source, source))
  );
}

function newest(bindings: readonly Binding[], isWanted: (binding: Binding) => boolean): Binding | undefined {
  return bindings
    .filter(isWanted)
    .reduce<Binding | undefined>(
      (best, one) => (best === undefined || one.refreshedAtMs > best.refreshedAtMs ? one : best),
      undefined,
    );
}

function isSamePlace(one: Leg["source"], other: Leg["source"]): boolean {
  return one.protocol === other.protocol && isSameAddress(one.address, other.address);
}

function isSameFlow(one: Leg["source"], other: Leg["source"]): boolean {
  return one.port === other.port && isSamePlace(one, other);
}
