import { connectToEdge, joinDialogs, newSrf } from "./srf-of-edge.ts";

// The smallest back-to-back user agent that drachtio-srf makes:
// `b2bua-application.ts <port of the edge> <secret> <URI of the callee>`.

const [port = "", secret = "", calleeUri = ""] = process.argv.slice(2);
const srf = newSrf();

srf.invite((request, response) => {
  srf.createB2BUA(request, response, calleeUri, { localSdpB: request.body }).then(
    ({ uas, uac }) => joinDialogs(uas, uac),
    // A call that fails is counted by who makes it.
    () => undefined,
  );
});
connectToEdge(srf, port, secret);
