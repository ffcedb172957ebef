"""Files dropped on a page, as a browser does it: from a string of bytes each."""

import base64

from playwright.sync_api import Page

DROP = """files => {
  const data = new DataTransfer();
  for (const [name, type, body] of files) {
    data.items.add(new File([Uint8Array.from(atob(body), (char) => char.charCodeAt(0))], name, { type }));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def drop(page: Page, *files: tuple[str, str, bytes]) -> None:
    """What a browser does when files are dropped on the page."""
    page.evaluate(DROP, [(name, kind, base64.b64encode(body).decode()) for name, kind, body in files])
