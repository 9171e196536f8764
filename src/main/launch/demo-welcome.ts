import { isLoopbackAddress } from "../../config/index.ts";
import {
  DEMO_ECHO_NUMBER,
  DEMO_MUSIC_NUMBER,
  externalAddress,
  type DemoAddresses,
  type DemoPhone,
} from "./demo-config.ts";
import { DEMO_CTI_PASSWORD, DEMO_CTI_PORT, DEMO_CTI_USER, DEMO_ROUTE_POINT } from "./demo-cti.ts";

/** What to type for a first call; each command works as it is printed. */
export function demoWelcome(
  { bind, sipPort, tlsPort, httpPort, ctiPort }: DemoAddresses,
  phones: readonly DemoPhone[],
  sippScenarioFile: string,
): string[] {
  const host = bind === "0.0.0.0" ? externalAddress() : bind;
  const server = `${host}:${sipPort}`;
  const secure = `${host}:${tlsPort}`;
  const [first, second, third] = phones;
  if (first === undefined || second === undefined || third === undefined) return [];
  const sippAddress = isLoopbackAddress(host) ? ` -i ${host}` : "";
  return [
    "",
    `Tandem demo: SIP over UDP and TCP at ${server}, over TLS at ${secure}`,
    `Status page: http://127.0.0.1:${httpPort}/`,
    `CTI applications: ws://127.0.0.1:${ctiPort}/cti, user ${DEMO_CTI_USER}, password ${DEMO_CTI_PASSWORD}`,
    "",
    ...accounts(bind, phones),
    `  ${DEMO_ECHO_NUMBER} returns what you say, ${DEMO_MUSIC_NUMBER} plays a tone and then music.`,
    "",
    "baresip",
    `  baresip -e "/uanew <sip:${first.number}@${server};transport=udp>;auth_pass=${first.password}"`,
    `  then type: /dial ${DEMO_ECHO_NUMBER}`,
    "",
    "baresip over TLS; the certificate is the node's own, signed by itself",
    `  baresip -e "/uanew <sip:${third.number}@${secure};transport=tls>;auth_pass=${third.password}"`,
    "",
    "Linphone (linphonec)",
    `  linphonec`,
    `  then type: register sip:${second.number}@${server} sip:${server} ${second.password}`,
    `  and: call ${DEMO_ECHO_NUMBER}, or: call ${first.number}`,
    "",
    "SIPp, one call to the echo",
    `  sipp -sf ${sippScenarioFile}${sippAddress} -m 1 ${server}`,
    "",
    "Applications",
    `  ${DEMO_ROUTE_POINT.number} is theirs to route, ${DEMO_CTI_PORT.number} to answer; while there is none, ${DEMO_ROUTE_POINT.number} goes to ${second.number}`,
    `  watch what happens: tandem cti watch`,
    `  call by command:    tandem cti call demo-${first.number} ${DEMO_ECHO_NUMBER}`,
    `  ten lines of one:   README.md, "An application in ten lines"`,
    "",
    "Ctrl-C stops everything.",
    "",
  ];
}

function accounts(bind: string, phones: readonly DemoPhone[]): string[] {
  if (isLoopbackAddress(bind)) {
    const [first, last] = [phones[0]?.number ?? "", phones.at(-1)?.number ?? ""];
    return [`  Phones ${first} to ${last}; user = number, password demo-<number>, such as demo-${first}.`];
  }
  return ["  Phones, user name and password:", ...phones.map(({ number, password }) => `    ${number}  ${password}`)];
}
