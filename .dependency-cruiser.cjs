const allowed = {
  common: [],
  protocol: [],
  sdk: ["protocol"],
  apps: ["common", "media", "sdk"],
  config: ["common"],
  sip: ["common"],
  media: ["common"],
  signals: ["common"],
  cluster: ["common"],
  database: ["common", "signals"],
  call: ["common", "signals", "database", "cluster", "media", "sip/message"],
  cti: ["common", "signals", "database", "cluster", "protocol"],
  admin: ["common", "config", "signals", "database", "cluster", "protocol", "sdk"],
  simulator: ["common", "signals", "database", "cluster", "call/model", "cti", "media", "protocol", "sdk"],
};
const sipOrder = ["message", "transport", "resolution", "trace", "guard", "transaction", "dialog", "proxy", "wire"];
const homes = {
  winston: "main",
  "drachtio-srf": "call/signaling",
  "sdp-transform": "media/sdp",
  "dgram-as-promised": "(sip/transport|media/relay)",
  selfsigned: "main",
  libsql: "(database|call/record)/sqlite",
  ws: "(sip/transport|cti/jsonrpc|sdk)",
};
const adapters = "/(embedded|rtpengine|nats|redis|sqlite)/";
const rule = (name, from, to) => ({ name, severity: "error", from, to });
module.exports = {
  forbidden: [
    ...Object.entries(allowed).map(([folder, others]) =>
      rule(
        `layer-${folder}`,
        { path: `^src/${folder}/` },
        { path: "^src/", pathNot: [folder, ...others].map((f) => `^src/${f}/`) },
      ),
    ),
    ...sipOrder
      .slice(0, -1)
      .map((part, i) =>
        rule(`sip-${part}`, { path: `^src/sip/${part}/` }, { path: `^src/sip/(${sipOrder.slice(i + 1).join("|")})/` }),
      ),
    ...Object.entries(homes).map(([name, home]) =>
      rule(`home-of-${name}`, { path: "^src/", pathNot: `^src/${home}/` }, { path: `node_modules/${name}/` }),
    ),
    rule(
      "public-face",
      { path: "^src/([^/]+)/", pathNot: "^src/main/" },
      { path: "^src/", pathNot: "^src/$1/|^src/[^/]+/index\\.ts$|^src/(sip/message|call/model)/index\\.ts$" },
    ),
    rule("pure-model", { path: "^src/call/model/" }, { pathNot: "^src/(call/model|common|signals)/" }),
    rule("adapters-from-main", { path: "^src/", pathNot: `^src/main/|${adapters}` }, { path: `^src/.*${adapters}` }),
    rule("no-dynamic-import", { path: "^src/", pathNot: "^src/main/" }, { dynamic: true }),
    rule("no-cycle", {}, { circular: true }),
  ],
  options: { tsPreCompilationDeps: true, doNotFollow: { path: "node_modules" } },
};
