/** What is used of drachtio-srf's parser, which has no types of its own. */
declare module "drachtio-srf/lib/sip-parser/parser.js" {
  export interface ReadMessage {
    /** By drachtio-srf's names; values of headers of one name are joined by commas. */
    readonly headers: Readonly<Record<string, string>>;
    body: string | undefined;
    payload: { readonly type: string | null | undefined; readonly content: string | undefined }[];
  }
  const parser: {
    /** Looked up for each message. */
    parseSipMessage: (text: string, lazy: boolean) => ReadMessage | undefined;
  };
  export default parser;
}
