import { decimal, instant, integer, mark, name, object, ref, text } from "../builder.ts";
import type { Definitions } from "../json-schema.ts";
import { connectionId } from "./call-view.ts";

const MS = "milliseconds";
const PERCENT = "percent";
const MAX_LOST = 2 ** 31;

export const QUALITY_DEFINITIONS: Definitions = {
  MediaQualityView: object(
    "What a device sends in a call, as the relay has received it until now, and what is known of the way to it. What the relay cannot tell is absent; octets are those of RTP packets with their headers.",
    {
      device: name("Name of the device; of a number beyond a trunk, of the trunk."),
      connectionId,
      packetsReceived: integer("RTP packets from the device."),
      octetsReceived: integer("In these packets."),
      packetsLost: integer("Packets that should have come and have not (RFC 3550 A.3)."),
      lossPercent: decimal("Of the packets that should have come.", 0, 100, PERCENT),
      jitterMs: decimal("Interarrival jitter (RFC 3550 A.8).", 0, undefined, MS),
    },
    {
      codec: text("For example `PCMA/8000`; absent while nothing is agreed on.", 64),
      packetTimeMs: decimal("Time in one packet.", 0, undefined, MS),
      packetsOutOfOrder: integer("Packets that came after a later one; some of them may be repetitions."),
      lastPacketMs: instant("When the last packet came; absent: none has."),
      packetsSent: integer("RTP packets to the device."),
      octetsSent: integer("In these packets."),
      roundTripMs: decimal("Between the relay and the device, by RTCP; absent without.", 0, undefined, MS),
      reported: ref(
        "ReportedQualityView",
        "What the device has said last of what it was sent, by RTCP; absent without.",
      ),
      mos: decimal("Mean opinion score of what was received, as in the call's record; absent without packets.", 1, 4.5),
      isPartial: mark("The relay was started again meanwhile, and has counted from then on."),
    },
  ),
  ReportedQualityView: object(
    "What a device says of what it was sent.",
    {
      packetsLost: integer("Packets that it has missed in all.", 0, MAX_LOST),
      jitterMs: decimal("Interarrival jitter.", 0, undefined, MS),
    },
    { lossPercent: decimal("Of what it was sent since its report before.", 0, 100, PERCENT) },
  ),
};
