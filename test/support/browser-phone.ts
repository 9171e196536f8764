import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { Inbox } from "./inbox.ts";
import { TemporaryDirectory } from "./temporary-directory.ts";

const CHROMIUM = "/usr/bin/chromium";
const START_TIMEOUT_MS = 20_000;
const PAGE = "https://phone.test/";
const EVENTS = ["connected", "disconnected", "registered", "registrationFailed", "unregistered"] as const;

/** What the page's JsSIP tells. */
export interface BrowserEvent {
  readonly type: (typeof EVENTS)[number] | "ringing" | "progress" | "ended" | "failed";
  /** SIP status, or JsSIP's word for why. */
  readonly detail: string;
}

/** How the phone signs in. */
export interface BrowserAccount {
  readonly user: string;
  readonly password: string;
  readonly realm: string;
  /** `wss://...` or `ws://...` */
  readonly url: string;
  /** PEM file of the certificate that the server has to show; no other that is not signed by a known authority is taken. */
  readonly certificate: string;
}

/** A phone in a page of headless Chromium: JsSIP over WebSocket. */
export class BrowserPhone {
  readonly #browser: Browser;
  readonly #page: Page;
  /** What the browser and its libraries take for the user's home and keep their files in. */
  readonly #home: TemporaryDirectory;
  readonly #events = new Inbox<BrowserEvent>(({ type, detail }) => `${type} ${detail}`);

  private constructor(browser: Browser, page: Page, home: TemporaryDirectory) {
    this.#browser = browser;
    this.#page = page;
    this.#home = home;
  }

  /** Starts the browser and lets JsSIP connect and register. */
  static async start(account: BrowserAccount): Promise<BrowserPhone> {
    const home = new TemporaryDirectory("browser");
    const browser = await launch(account.certificate, home).catch((error: unknown) => {
      home.close();
      throw error;
    });
    try {
      const page = await browser.newPage();
      const phone = new BrowserPhone(browser, page, home);
      // A page of its own scheme and host: what WebRTC asks for.
      await page.route(PAGE, (route) => route.fulfill({ contentType: "text/html", body: "<title>phone</title>" }));
      await page.goto(PAGE);
      await page.exposeFunction("tell", (type: BrowserEvent["type"], detail: string) => {
        phone.#events.put({ type, detail });
      });
      await page.addScriptTag({ content: await bundledJsSip() });
      await phone.#run(SIGN_IN, { ...account, events: EVENTS });
      return phone;
    } catch (error) {
      await browser.close();
      home.close();
      throw error;
    }
  }

  /** The next event of a type. */
  event(type: BrowserEvent["type"], withinMs = 10_000): Promise<BrowserEvent> {
    return this.#events.take((event) => event.type === type, type, withinMs);
  }

  /** A field of the last 200 to its REGISTER; undefined when it has none. */
  async registrationField(name: string): Promise<string | undefined> {
    return this.#page.evaluate<string | undefined>(`phone.registration?.getHeader(${JSON.stringify(name)})`);
  }

  async call(number: string): Promise<void> {
    await this.#run("(number) => void phone.call(number, { mediaConstraints: { audio: true } })", number);
  }

  /** Refuses the call that rings. */
  async refuse(status: number): Promise<void> {
    await this.#run("(status) => phone.session.terminate({ status_code: status })", status);
  }

  async unregister(): Promise<void> {
    await this.#run("() => phone.unregister()");
  }

  /** Ends the browser like a power cut of the page: nothing is unregistered. */
  async close(): Promise<void> {
    await this.#browser.close();
    this.#home.close();
  }

  /** Calls a function, given as text, in the page. */
  async #run(source: string, argument?: unknown): Promise<void> {
    await this.#page.evaluate(`(${source})(${JSON.stringify(argument)})`);
  }
}

function launch(certificate: string, home: TemporaryDirectory): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    timeout: START_TIMEOUT_MS,
    env: { ...process.env, HOME: home.path, TMPDIR: home.path },
    args: [
      "--no-sandbox",
      "--allow-loopback-in-peer-connection",
      "--disable-gpu",
      // The node is on loopback, which pages of other places are kept from.
      "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--ignore-certificate-errors-spki-list=${keyHashOf(certificate)}`,
    ],
  });
}

/** Runs in the page. */
const SIGN_IN = `({ user, password, realm, url, events }) => {
  const phone = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(url)],
    uri: "sip:" + user + "@" + realm,
    password,
    register_expires: 600,
  });
  for (const event of events) phone.on(event, (data) => tell(event, String(data?.response?.status_code ?? data?.cause ?? "")));
  phone.on("registered", ({ response }) => { phone.registration = response; });
  phone.on("newRTCSession", ({ session, originator }) => {
    phone.session = session;
    for (const event of ["progress", "ended", "failed"]) {
      session.on(event, (data) => {
        if (event === "progress" && originator === "remote") return;
        tell(event, String(data.message?.status_code ?? data.cause));
      });
    }
    if (originator === "remote") tell("ringing", session.remote_identity.uri.user);
  });
  window.phone = phone;
  phone.start();
}`;

async function bundledJsSip(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "..", "..", "node_modules", "jssip", "lib", "JsSIP.js")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "JsSIP",
    platform: "browser",
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

/** What Chromium knows a certificate by whose signature it shall not mind. */
function keyHashOf(certificate: string): string {
  const { publicKey } = new X509Certificate(readFileSync(certificate));
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64");
}
