import { z } from "zod";
import { JsonText, SwitchError, type ChannelPeer, type ChannelServer } from "../../common/index.ts";
import type { CtiFeed, FeedPeer } from "../../call/cti/index.ts";
import type { CtiAttach } from "../../signals/index.ts";
import { CtiSnapshots } from "./cti-snapshots.ts";

const manager = z.string().regex(/^[A-Za-z0-9._/-]{1,128}$/, "expected the name of a CTIManager");
const position = z.int().min(0);
const attach = z.strictObject({
  manager,
  epoch: z.string().max(64).optional(),
  position: position.optional(),
  observesCalls: z.boolean(),
});
const acknowledgement = z.strictObject({ manager, position });
const endedCall = z.strictObject({ callId: z.string().min(1).max(256) });
const snapshot = z.strictObject({ manager, from: z.int().min(1).optional() });

type Feed = Pick<
  CtiFeed,
  "attach" | "detach" | "acknowledge" | "snapshot" | "drained" | "positionFor" | "attachedCount" | "finalViewOf"
>;

/** What CTIManagers get over the control channel. */
export interface CtiBus {
  /** Position of the last signal for the CTIManager of a connection; 0 where there is none. */
  positionFor(peer: ChannelPeer): number;
}

/**
 * `cti-attach` of `CtiAttach`: answers `CtiAttached`; events `cti-signals` of `{signals: PlacedSignal[]}` follow on this
 * connection. `cti-ack` of `{manager, position}`. `cti-snapshot` of `{manager, from?}`: answers `CtiSnapshotPart`.
 * `cti-ended-call` of `{callId}`: answers `{call?: CallView}`, a call as it was when it ended, while that is known.
 * @param onManagers told how many CTIManagers are connected, when one has come or gone
 */
export function handleCtiBus(
  channel: Pick<ChannelServer, "handle">,
  feed: Feed,
  onManagers: (count: number) => void = () => undefined,
): CtiBus {
  const peers = new WeakMap<ChannelPeer, FeedPeer>();
  const snapshots = new CtiSnapshots();
  const feedPeer = (peer: ChannelPeer): FeedPeer => {
    const known = peers.get(peer);
    if (known !== undefined) return known;
    const made: FeedPeer = {
      send: (json) => {
        peer.notify("cti-signals", new JsonText(json));
        peer.flush();
      },
      get unreadBytes() {
        return peer.unreadBytes;
      },
      close: () => peer.close(),
    };
    peers.set(peer, made);
    peer.onDrained(() => feed.drained());
    peer.onClosed(() => {
      feed.detach(made);
      onManagers(feed.attachedCount);
    });
    return made;
  };
  // What comes as JSON has no undefined fields.
  channel.handle("cti-attach", (params, peer) => {
    const attached = feed.attach(parsed(attach, params) as CtiAttach, feedPeer(peer));
    onManagers(feed.attachedCount);
    return attached;
  });
  channel.handle("cti-ack", (params) => {
    const { manager: name, position: upTo } = parsed(acknowledgement, params);
    feed.acknowledge(name, upTo);
  });
  channel.handle("cti-snapshot", (params, peer) => {
    const { manager: name, from } = parsed(snapshot, params);
    return snapshots.part(peer, () => feed.snapshot(name), from);
  });
  channel.handle("cti-ended-call", (params) => {
    const call = feed.finalViewOf(parsed(endedCall, params).callId);
    return call === undefined ? {} : { call };
  });
  return {
    positionFor: (peer) => {
      const known = peers.get(peer);
      return (known === undefined ? undefined : feed.positionFor(known)) ?? 0;
    },
  };
}

/** @throws {SwitchError} `bad-params` */
function parsed<Schema extends z.ZodType>(schema: Schema, params: unknown): z.infer<Schema> {
  const result = schema.safeParse(params ?? {});
  if (!result.success) throw new SwitchError("bad-params", z.prettifyError(result.error));
  return result.data;
}
