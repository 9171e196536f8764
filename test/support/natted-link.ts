import { DatagramLink, type PhoneLink, type Place } from "./phone-link.ts";

/** UDP of a phone that believes in an address behind a NAT; its requests ask for the place that they come from. */
export class NattedLink implements PhoneLink {
  readonly protocol = "UDP";
  readonly address = "10.0.0.5";
  readonly port = 5_060;
  /** The outside of the NAT. */
  readonly outside: DatagramLink;

  private constructor(outside: DatagramLink) {
    this.outside = outside;
  }

  static async open(server: Place): Promise<NattedLink> {
    return new NattedLink(await DatagramLink.open(server));
  }

  get onMessage(): (text: string) => void {
    return this.outside.onMessage;
  }

  set onMessage(take: (text: string) => void) {
    this.outside.onMessage = take;
  }

  send(text: string): void {
    const isRequest = !text.startsWith("SIP/2.0 ");
    this.outside.send(isRequest ? text.replace(/^(Via: SIP\/2\.0\/UDP [^;\r]+)/m, "$1;rport") : text);
  }

  close(): Promise<void> {
    return this.outside.close();
  }
}
