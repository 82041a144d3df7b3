// The desk's screen renews itself: a change is sent, and the <main> that comes back takes the place
// of this one.  One request at a time; what happens meanwhile is carried over, or waits in a queue.
(function (own) {
  if (!AbortSignal.timeout) return; // a browser older than 2023 has the buttons
  const PAUSE = 3000; // milliseconds after which a digit begins a new number
  const FORMS = ["desk", "case-outcome"], TYPED = "textarea, input.text";
  const root = document.documentElement, keys = document.getElementById("keys");
  let busy = false, stuck = false; // waiting for an answer; the last one was a refusal
  let left = null; // what had the focus when the card was left
  let sent, folds, composed, queue = [], before = [], digits = "", last = 0;

  const on = (type, act) => document.addEventListener(type, act);
  const byId = (id) => document.getElementById(id);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const card = () => byId("card");
  const words = (at) => at ? at.textContent.trim().replace(/\s+/g, " ") : "";
  const writes = (at) => at.matches("textarea, select, input:not([type=radio], [type=checkbox])");
  const later = (act, typed) => busy ? queue.push({ act, typed }) : act();
  function say(text, seen) {
    byId("said").className = seen ? "said" : "unseen";
    byId("said").textContent = text;
  }

  // What stands in a form, and what was changed since it came or was last sent: names and values.
  const stand = (id) => byId(id) ? new FormData(byId(id)) : new FormData();
  function edits(id) {
    const now = stand(id), past = sent[id], names = new Set([...now.keys(), ...past.keys()]);
    return [...names].map((name) => [name, now.getAll(name)])
      .filter(([name, values]) => values.join("\n") !== past.getAll(name).join("\n"));
  }
  const unfolded = () => all("main details[id]").map((at) => [at.id, at.open]);
  function note() {
    sent = Object.fromEntries(FORMS.map((id) => [id, stand(id)]));
    folds = new Map(unfolded());
  }
  // Make an edit again on the page that came, where a list may have become choices, or the reverse.
  function carry(id, name, values) {
    for (const at of byId(id)?.elements || []) {
      if (at.name !== name || /hidden|submit/.test(at.type)) continue;
      if (/radio|checkbox/.test(at.type)) {
        at.checked = values.includes(at.value);
        if (at.checked) reveal(at);
      } else at.value = values[0] || "";
    }
  }

  // What is folded in cannot get the focus.
  function reveal(at) {
    if (at.closest(".card details")) at.closest(".card details").open = true;
  }
  function enter(at) {
    at.focus();
    if (at.matches(TYPED)) at.setSelectionRange(at.value.length, at.value.length);
  }
  function enterCard() {
    enter(["input.text:not([name=port])", ":checked", "[type=radio]", "#card-title"]
      .map((one) => card().querySelector(one)).find(Boolean));
  }

  async function load(url, request) {
    const headers = { Accept: "text/html", "X-Desk": "1" }, signal = AbortSignal.timeout(15000);
    const response = await fetch(url, { headers, signal, ...request });
    return [new DOMParser().parseFromString(await response.text(), "text/html"), response];
  }
  async function post(id, name, value) {
    const past = sent[id], slow = setTimeout(say, 2000, own.waiting, true);
    let page, response;
    busy = true;
    try {
      if (stuck) await renewToken();
      const body = stand(id);
      sent[id] = stand(id);
      if (name) body.set(name, value);
      [page, response] = await load(byId(id).action, { method: "POST", body });
    } catch {
      stop(id, past);
      return say(own.failed, true);
    } finally {
      clearTimeout(slow);
    }
    await composed;
    if (!page.getElementById("desk")) {
      stop(id, past);
      return refuse(page, response.status);
    }
    const kept = id !== "desk" && response.ok;
    if (id !== "desk" && !kept) sent[id] = past;
    arrive(page);
    if (kept) say(own.kept, true);
    while (!busy && queue.length) queue.shift().act();
    // A text that is still being typed is sent when its field is left.
    const at = document.activeElement, typing = at.matches(TYPED) && at.name;
    if (edits("desk").some(([edited]) => edited !== typing)) send();
  }
  // What was refused may belong to a session that has ended: that of now has another token.
  async function renewToken() {
    const [page] = await load(byId("desk").dataset.here), token = page.querySelector("[name=csrf_token]");
    if (token) all("[name=csrf_token]").forEach((at) => { at.value = token.value; });
  }
  // The screen stays as it is, and what was sent counts as not sent.
  function stop(id, past) {
    sent[id] = past;
    busy = false;
    left = null;
    queue = [];
    root.classList.add("unsent");
  }
  function refuse(page, status) {
    const why = [page.querySelector("h1"), page.querySelector("[role=alert], .lead")];
    stuck = true;
    say("");
    byId("refused-why").textContent = why.map(words).filter(Boolean).join(": ") || status;
    if (byId("refused-sign-in")) {
      byId("refused-sign-in").hidden = !page.querySelector("[autocomplete=current-password]");
    }
    byId("refused").hidden = false;
  }
  function arrive(page) {
    const active = document.activeElement, { id, selectionStart, selectionEnd } = active;
    // Where somebody has gone on typing meanwhile, the focus stays.
    const stays = !left || (left !== active && writes(active));
    const verdict = words(byId("verdict")), scrolled = byId("telling").scrollTop;
    const kept = FORMS.flatMap((form) => edits(form).map((edit) => [form, ...edit]));
    const opened = unfolded().filter(([name, open]) => open !== folds.get(name));
    document.querySelector("main").replaceWith(page.querySelector("main"));
    document.title = page.title;
    const links = all("header nav a", page);
    all("header nav a").forEach((at, number) => { at.href = links[number].href; });
    history.replaceState(null, "", byId("desk").dataset.here);
    note();
    kept.forEach((edit) => carry(...edit));
    opened.forEach(([name, open]) => { if (byId(name)) byId(name).open = open; });
    byId("telling").scrollTop = scrolled;
    root.classList.remove("unsent");
    byId("refused").hidden = true;
    if (before.at(-1) === card().dataset.fact) before.pop();
    const problem = document.querySelector(".case .error"), same = id && byId(id);
    if (!stays || problem) enterCard();
    else if (same) {
      same.focus({ preventScroll: true });
      if (same.matches(TYPED)) same.setSelectionRange(selectionStart, selectionEnd);
    }
    if (problem) problem.scrollIntoView({ block: "nearest" });
    if (problem || words(byId("verdict")) !== verdict) say(words(problem || byId("verdict")));
    else if (byId("said").className === "said") say("");
    // A mistake keeps the question; what was typed ahead was meant for the next one.
    if (document.querySelector("main .summary")) queue = queue.filter((one) => !one.typed);
    if (left) digits = "";
    left = null;
    busy = stuck = false;
  }

  const send = (name, value) => { if (!busy) post("desk", name, value); };
  const keep = () => { post("case-outcome"); };
  // The card goes on to another question: keys wait for it, but for those typed elsewhere meanwhile.
  function leave(name, value) {
    left = document.activeElement;
    send(name, value);
  }
  function forward(name, value) {
    if (card().dataset.fact) before.push(card().dataset.fact);
    leave(name, value);
  }
  const go = () => forward("go", "on"), read = () => leave("read", "yes");
  function back() {
    const fact = before.pop() || all("[data-ask]", card()).at(-1)?.dataset.ask;
    if (fact) leave("ask", fact);
  }
  function copy(name) {
    if (root.classList.contains("unsent") || edits("desk").length) return say(own.old, true);
    const place = byId(name);
    function mark() {
      byId("ticket").open = true;
      place.focus();
      place.select();
      say(own.select, true);
    }
    if (!navigator.clipboard) return mark();
    navigator.clipboard.writeText(place.value).then(() => say(own.copied, true), mark);
  }
  function chosen(answer) {
    // A choice beside a text field stands in place of what was typed there.
    const typed = answer.type === "radio" && card().querySelector("input.text");
    if (typed) typed.value = "";
    send();
  }
  function choose(answer) {
    if (!answer) return;
    reveal(answer);
    answer.focus();
    if (answer.href || answer.checked) return;
    answer.checked = true;
    chosen(answer);
  }
  function unfold(name, field) {
    if (!byId(name)) return;
    byId(name).open = true;
    enter(byId(field) || byId(name).querySelector("summary"));
  }

  const KEYS = {
    Enter: () => document.activeElement.dataset.ask ? document.activeElement.click() : go(),
    u: () => choose(card().querySelector("[value=unknown]")), b: back, p: () => enter(byId("paste")),
    c: () => copy("ticket-plain"), m: () => copy("ticket-markdown"),
    n: () => unfold("case-notes", "note"), s: () => unfold("case-back"), "?": () => keys.showModal()
  };
  // Returns whether the key does something.
  function press(key, time) {
    const at = document.activeElement;
    if (writes(at)) { // typed ahead: into a field of the card that came
      if (key === "Enter") {
        go();
        if (!card().contains(at)) left = null;
      } else if (key === "Escape") at.blur();
      else if (at.tagName === "INPUT") at.value = key === "Backspace" ? at.value.slice(0, -1) : at.value + key;
      return true;
    }
    if (byId("keys-off")) return false;
    const digit = /^\d$/.test(key), act = KEYS[key.length === 1 ? key.toLowerCase() : key];
    if (time - last > PAUSE || !digit) digits = "";
    last = time;
    if (digit) {
      // The answers on the card; where nothing is left to ask, the questions to go back to.
      const answers = all("[type=radio], .answered a", card());
      digits = String(Number(digits + key) > answers.length ? Number(key) : Number(digits + key));
      if (digits === "0") digits = "";
      choose(answers[digits - 1]);
    } else if (act) act();
    return digit || Boolean(act);
  }
  on("keydown", (event) => {
    const { target: at, key } = event, control = event.ctrlKey || event.metaKey;
    if (event.isComposing) return;
    if (key === "Enter" && control && /^(paste|note)$/.test(at.id)) {
      event.preventDefault();
      later(at.id === "note" ? keep : read);
    }
    if (control || event.altKey) return;
    if (key.length === 1 && !busy && words(byId("said")) !== own.failed) say("");
    const takes = writes(at) || key === " " || (key === "Enter" && at.matches("a, button, summary"));
    if (keys.open) {
      if (key !== "?" || byId("keys-off")) return;
      keys.close();
    } else if (busy && (at === left || !takes) && /^(.|Enter|Escape|Backspace)$/u.test(key)) {
      if (key === "Enter") left = at;
      later(() => press(key, event.timeStamp), true);
    } else if (writes(at)) {
      if (key === "Escape") at.blur();
      if (key !== "Enter" || at.tagName !== "INPUT") return;
      left = at;
      later(go);
    } else if (takes || !press(key, event.timeStamp)) return;
    event.preventDefault();
  });

  on("change", (event) => {
    const at = event.target;
    digits = "";
    if (at.name && at.form === byId("desk") && !at.matches(TYPED)) chosen(at);
  });
  // Not "change": a field that was filled again by script would not fire it.  What was refused is
  // sent again by a button or a key only, or to close the message would bring it back.
  on("focusout", (event) => {
    const at = event.target;
    if (!stuck && at.form === byId("desk") && at.matches(TYPED) && edits("desk").length) send();
  });
  on("input", (event) => {
    if (event.target.id === "paste" && /Paste|Drop/.test(event.inputType)) later(read);
  });
  on("submit", (event) => {
    const { target: at, submitter: by } = event, waited = busy;
    if (!FORMS.includes(at.id) && !(busy && by?.id)) return;
    event.preventDefault();
    if (at.id === "case-outcome") later(keep);
    else if (at.id !== "desk") later(() => byId(by.id)?.click());
    else if (by?.name === "go") later(go);
    // To leave a field by a button asks twice; the first answer may be all that was wanted.
    else later(() => {
      const told = by?.name && by.name !== "read";
      if (!waited || told || edits("desk").length) send(by?.name, by?.value);
    });
  });
  on("click", (event) => {
    const at = event.target.closest("a, button");
    if (!at) return;
    if (at.id === "refused-close") {
      byId("refused").hidden = true;
      enterCard();
    } else if (at.id === "show-keys") keys.showModal();
    else if (at.dataset.copy) later(() => copy(at.dataset.copy));
    else if (at.href && !at.target && (busy || at.dataset.ask)) {
      // A page that is left would take the answer on its way with it.
      if (at.dataset.ask && (event.ctrlKey || event.metaKey || event.shiftKey)) return;
      event.preventDefault();
      later(() => at.dataset.ask ? forward("ask", at.dataset.ask) : (byId(at.id) || at).click());
    }
  });
  // A letter that is being composed would be torn out of its field.
  on("compositionstart", () => {
    composed = new Promise((done) => {
      document.addEventListener("compositionend", () => setTimeout(done), { once: true });
    });
  });
  note();
  root.classList.add("scripted");
})(document.currentScript.dataset);
