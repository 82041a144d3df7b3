"""Measure the desk in a real browser: how long after a key its answer is on the screen.

From the press of a digit (or ``u``) on the card of each of the questions, with everything else
answered, in both languages, until the renewed screen has been painted.  The ratio is to fetching
the barest answer of the same server in the same browser, in the same run.
"""

import shutil
from collections.abc import Iterator
from statistics import median

from playwright.sync_api import sync_playwright

from app.knowledge import knowledge
from bench.servers import counting

QUERY = (
    "place=work&connection=other&vpn=no&account_domain=proseware.com&sender_domain=proseware.com"
    "&recipient_domain=adatum.com&server=smtp.proseware.com&port=25&security=none&login=none"
    "&error=relay-denied&refused_by=own-server&program=thunderbird"
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ROUNDS = 4
AIM = 100
"""Milliseconds from the key to the screen."""

WATCH = """() => {
  window.painted = new Promise(done => {
    let pressed;
    const note = event => { pressed = event.timeStamp; };
    addEventListener("keydown", note, {capture: true, once: true});
    new MutationObserver((_, observer) => {
      observer.disconnect();
      // The frame with the new screen has been made when the one after it begins.
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - pressed)));
    }).observe(document.body, {childList: true});
  });
}"""
FETCH = """async () => {
  const begun = performance.now();
  await (await fetch("/healthz")).text();
  return performance.now() - begun;
}"""


def measure(address: str, browser: str) -> Iterator[tuple[float, float]]:
    """Yield the milliseconds that each key took, and those of a bare answer beside it."""
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=browser).new_page(
            viewport={"width": 1280, "height": 900}
        )
        page.goto(f"{address}/en/desk")
        page.keyboard.press("1")  # compiles and warms what the first one pays for
        page.wait_for_url("**/desk?error=*")
        for fact in knowledge().questions:
            for language, caller in (("vi", "en"), ("en", "vi")):
                page.goto(f"{address}/{language}/desk?{QUERY}&caller={caller}&ask={fact}")
                page.evaluate(FETCH)
                for turn in range(ROUNDS):
                    page.evaluate(WATCH)
                    page.keyboard.press("u" if turn % 2 == 0 else "1")
                    key: float = page.evaluate("window.painted")
                    bare: float = page.evaluate(FETCH)
                    yield key, bare
                    if not page.locator("#card [type=radio]:not(:checked)").count():
                        break  # a typed answer: there is nothing to choose in turn


def main() -> None:
    """Measure, and print."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("Desk: not measured, since there is no Chromium.")
        return
    with counting(DESK_OPEN="yes", DATABASE_URL="") as server:
        measured = list(measure(f"http://127.0.0.1:{server.port}", browser))
    keys, bare = [key for key, _ in measured], median(one for _, one in measured)
    print(
        f"desk: {len(keys)} keys on {len(knowledge().questions)} questions: an answer is on the "
        f"screen after {median(keys):.0f} ms, at worst {max(keys):.0f} ms, aim below {AIM}: "
        f"{'met' if max(keys) < AIM else 'NOT met'}; {median(keys) / bare:.1f} times a bare answer "
        f"({bare:.1f} ms)"
    )
