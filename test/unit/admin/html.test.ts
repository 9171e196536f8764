import assert from "node:assert/strict";
import { html } from "../../../src/admin/http/html.ts";

describe("html", () => {
  it("given text from outside, when put in, then it is escaped", () => {
    assert.equal(
      html`<td title="${'"'}">${"<script>&'"}</td>`.text,
      '<td title="&#34;">&#60;script&#62;&#38;&#39;</td>',
    );
  });

  it("given HTML and lists of it, when put in, then it stays as it is", () => {
    const items = [html`<li>${1}</li>`, html`<li>${2}</li>`];
    assert.equal(
      html`<ul>
        ${items}
      </ul>`.text.replace(/\s/g, ""),
      "<ul><li>1</li><li>2</li></ul>",
    );
  });
});
