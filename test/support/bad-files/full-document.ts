const forward = { internal: "1002", external: "voice-mail", callingSearchSpace: "all" };
const tollGuard = { international: true, premium: false, callsPerHour: 10, concurrentCalls: 2 };
const ha1 = { MD5: "0".repeat(32), "SHA-256": "0".repeat(64) };
const change = { stripDigits: 1, prefix: "+49", mask: "XXXX" };
const numbers = {
  description: "d",
  urgent: true,
  discard: "pre-dot",
  calledMask: "XXX",
  prefix: "0",
  calling: { mask: "XXXX", prefix: "+49" },
  blocked: false,
};

const ringing = { doNotDisturb: "reject", privacy: true };

function endpoint(name: string, number: string): object {
  return {
    name,
    description: "d",
    devicePool: "berlin",
    callingSearchSpace: "all",
    owner: "ann",
    credentials: { user: name, ha1 },
    allowControl: true,
    tollGuard,
    profile: "standard-phone",
    lines: [{ directoryNumber: number, label: "l", displayName: "n", allowControl: true }],
    maxCalls: 3,
    musicSource: "quiet",
  };
}

/** A document of objects of all kinds, in which each part that an object may have is there; it is imported as it is. */
export const FULL_DOCUMENT: Readonly<Record<string, unknown>> = {
  version: 1,
  nodes: [{ name: "node-1", description: "d" }],
  callManagerGroups: [{ name: "default", description: "d", nodes: ["node-1"] }],
  regions: [
    { name: "default", description: "d", codecs: ["PCMA"], to: [{ region: "far", codecs: ["PCMU"] }] },
    { name: "far" },
  ],
  dateTimeGroups: [{ name: "default", description: "d", timeZone: "UTC" }],
  timeSchedules: [
    {
      name: "office",
      description: "d",
      dateTimeGroup: "default",
      periods: [{ days: ["monday"], from: "08:00", to: "17:00", firstDate: "2026-01-01", lastDate: "2026-12-31" }],
    },
  ],
  musicSources: [{ name: "quiet", description: "d", file: "quiet.wav" }],
  partitions: [{ name: "internal", description: "d", timeSchedule: "office" }],
  callingSearchSpaces: [
    { name: "all", description: "d", partitions: ["internal"] },
    { name: "internal", partitions: ["internal"] },
  ],
  devicePools: [
    {
      name: "berlin",
      description: "d",
      callManagerGroup: "default",
      region: "default",
      dateTimeGroup: "default",
      callingSearchSpace: "all",
      musicSource: "quiet",
    },
    { name: "default" },
  ],
  serviceParameters: [{ name: "ForwardMaximumHopCount", value: 5 }],
  pickupGroups: [{ name: "team", description: "d", number: "1002" }],
  directoryNumbers: [
    {
      number: "1001",
      partition: "internal",
      description: "d",
      displayName: "n",
      callingSearchSpace: "all",
      maxCalls: 4,
      busyTrigger: 2,
      noAnswerSeconds: 20,
      voiceMail: "7000",
      doNotDisturb: "silent",
      privacy: true,
      pickupGroup: "team",
      allowControl: true,
      forwarding: { all: forward, busy: forward, noAnswer: forward, unregistered: forward, onFailure: forward },
    },
    { number: "1002" },
    { number: "1003" },
  ],
  phones: [
    { ...endpoint("desk", "1001"), ...ringing, autoAnswer: true, speedDials: [{ label: "l", destination: "1002" }] },
  ],
  ctiPorts: [{ ...endpoint("port", "1002"), ...ringing, acceptSeconds: 4, onOwnerLost: "hold" }],
  routePoints: [{ ...endpoint("point", "1003"), acceptSeconds: 4, routeSelectSeconds: 5, onOwnerLost: "drop" }],
  trunks: [
    {
      name: "carrier",
      description: "d",
      devicePool: "berlin",
      callingSearchSpace: "all",
      profile: "trunk",
      uri: "sip:192.0.2.1",
      addresses: ["192.0.2.1"],
      certificateNames: ["sip.example.org"],
      registration: { registrar: "sip:192.0.2.1", user: "me", authUser: "me", expiresSeconds: 600 },
      password: "secret",
      prefixes: ["77"],
      maxCalls: 10,
      transit: false,
      trusted: false,
      pingSeconds: 0,
      callerId: { number: change, fixed: "+491", withhold: false },
      inbound: change,
      outbound: change,
      tollGuard,
    },
  ],
  routeGroups: [{ name: "carriers", description: "d", distribution: "circular", trunks: ["carrier"] }],
  routeLists: [
    {
      name: "out",
      description: "d",
      groups: [{ routeGroup: "carriers", called: change, calling: { mask: "XX", prefix: "0" } }],
    },
  ],
  routePatterns: [
    { pattern: "9.!", partition: "internal", ...numbers, trunk: "carrier", class: "local" },
    { pattern: "8.!", routeList: "out" },
  ],
  translationPatterns: [{ pattern: "6.XX", partition: "internal", ...numbers, callingSearchSpace: "all" }],
  lineGroups: [
    {
      name: "sales",
      description: "d",
      members: ["1001"],
      distribution: "broadcast",
      ringSeconds: 9,
      loggedOut: ["1001"],
    },
  ],
  huntPilots: [
    {
      pattern: "5.00",
      partition: "internal",
      ...numbers,
      lineGroups: ["sales"],
      maxSeconds: 60,
      noCoverage: "1001",
      queue: { maxCallers: 5, maxWaitSeconds: 60, announcement: "quiet" },
    },
  ],
  parkRanges: [
    {
      pattern: "70X",
      partition: "internal",
      description: "d",
      reminderSeconds: 60,
      periodicSeconds: 20,
      giveUpSeconds: 200,
      forwardTo: "1001",
    },
  ],
  users: [
    {
      name: "ann",
      displayName: "n",
      role: "operator",
      password: "correct horse",
      mustChangePassword: false,
      pin: "1234",
      ctiEnabled: true,
      permissions: ["srtp-keys"],
      devices: ["desk"],
      oneLinePerPort: true,
      maxOpenDevices: 10,
      maxConnections: 2,
    },
  ],
  ctiTokens: [
    {
      name: "console",
      user: "ann",
      description: "d",
      tokenHash: "0".repeat(64),
      devices: ["desk"],
      methods: ["call.*"],
      allowNumbers: ["1*"],
      denyNumbers: ["00*"],
      requestsPerSecond: 10,
      maxCalls: 2,
      monitorOnly: true,
      expiresAt: "2027-01-31T00:00:00Z",
    },
  ],
};
