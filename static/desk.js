// The desk renews itself: a change is sent, and the page that comes back takes this one's place.
// One request at a time, none is given up: what changes meanwhile is carried over and sent next.
(function (own, desk) {
  var root = document.documentElement, byId = desk.byId, form = desk.form, card = desk.card;
  var busy = false, keeping = false, placing = false, composing = false, stuck = false;
  var wanted = null, held = null, unsend = null, since = null, later = [], before = [];

  function words(at) { return at ? at.textContent.trim().replace(/\s+/g, " ") : ""; }
  function say(text, seen) {
    byId("said").className = seen ? "said" : "unseen";
    byId("said").textContent = text;
  }

  // leaves: the card goes on to another question, so keys wait for it.
  function send(pairs, leaves) {
    desk.going = desk.going || leaves;
    if (busy) {
      wanted = { pairs: (wanted ? wanted.pairs : []).concat(pairs) };
      return;
    }
    var moves = desk.going;
    unsend = desk.note();
    post(form(), pairs, function (page) { arrive(page, moves, []); });
  }
  // The outcome and the note of a case.
  function keep() {
    if (busy) {
      keeping = true;
      return;
    }
    var told = desk.aside();
    unsend = null;
    post(byId("case-outcome"), [], function (page, taken) {
      arrive(page, false, taken ? told : []);
      if (taken) say(own.kept, true);
    });
  }

  function post(from, pairs, take) {
    busy = true;
    if (since !== document.activeElement) since = null;
    function now() {
      var data = new FormData(from);
      pairs.forEach(function (pair) {
        if (pair[0] === "ask") data.delete("ask");
        data.append(pair[0], pair[1]);
      });
      ask(from.action, { method: "POST", body: data }, take);
    }
    if (!stuck) return now();
    // What was refused may belong to a session that has ended: that of now has another token.
    ask(form().dataset.here, {}, function (page) {
      var token = page.querySelector("[name=csrf_token]");
      if (token) document.querySelectorAll("[name=csrf_token]").forEach(function (one) {
        one.value = token.value;
      });
      now();
    });
  }
  function ask(url, request, take) {
    request.headers = { Accept: "text/html", "X-Desk": "1" };
    if (window.AbortSignal && AbortSignal.timeout) request.signal = AbortSignal.timeout(15000);
    var slow = setTimeout(function () { say(own.waiting, true); }, 2000);
    fetch(url, request).then(function (response) {
      return response.text().then(function (text) {
        return [new DOMParser().parseFromString(text, "text/html"), response];
      });
    }).finally(function () { clearTimeout(slow); }).then(function (got) {
      // A letter that is being composed would be torn out of its field.
      if (composing) held = function () { judge(got[0], got[1], take); };
      else judge(got[0], got[1], take);
    }, function () {
      stop();
      say(own.failed, true);
    });
  }
  function judge(page, response, take) {
    if (page.getElementById("desk")) take(page, response.ok);
    else refuse(page, response.status);
  }

  // The screen stays as it is, and what was sent counts as not sent.
  function stop() {
    busy = desk.going = keeping = false;
    wanted = null;
    later = [];
    if (unsend) unsend();
    root.classList.add("unsent");
    desk.stopped();
  }
  function refuse(page, status) {
    stop();
    stuck = true;
    say("");
    var told = [page.querySelector("h1"), page.querySelector("[role=alert], .lead")];
    byId("refused-why").textContent = told.map(words).filter(Boolean).join(": ") || status;
    if (byId("refused-sign-in")) {
      byId("refused-sign-in").hidden = !page.querySelector("[autocomplete=current-password]");
    }
    byId("refused").hidden = false;
  }

  // told: what stood beside the form and is kept now.
  function arrive(page, moves, told) {
    var active = document.activeElement, id = active.id;
    var caret = desk.writes(active) && active.setSelectionRange
      ? [active.selectionStart, active.selectionEnd] : null;
    // Where somebody has gone on typing meanwhile, the focus stays.
    var stays = !moves || (since === active && desk.writes(active));
    var verdict = byId("verdict").textContent, scrolled = byId("telling").scrollTop;
    var kept = desk.edits().map(function (one) {
      return { name: one.name, value: one.value, checked: one.checked, ticked: desk.ticked(one) };
    });
    var beside = desk.aside().filter(function (pair) { return !told.some(function (one) {
      return one[0] === pair[0] && one[1] === pair[1];
    }); });
    placing = true;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    placing = false;
    document.title = page.title;
    var links = page.querySelectorAll("header nav a");
    document.querySelectorAll("header nav a").forEach(function (link, at) {
      link.href = links[at].getAttribute("href");
    });
    history.replaceState(null, "", form().dataset.here);
    desk.note();
    kept.forEach(desk.carry);
    beside.forEach(function (pair) {
      if (byId(pair[0])) byId(pair[0]).value = pair[1];
    });
    Object.keys(desk.opened).forEach(function (name) {
      if (byId(name)) byId(name).open = desk.opened[name];
    });
    byId("telling").scrollTop = scrolled;
    root.classList.remove("unsent");
    byId("refused").hidden = true;
    stuck = false;
    if (before[before.length - 1] === card().dataset.fact) before.pop();
    var late = document.querySelector(".case .error");
    var next = stays && !late ? id && byId(id) : desk.start();
    if (next) desk.enter(next, next.id === id);
    if (since === active) since = stays ? next : null;
    if (late) late.scrollIntoView({ block: "nearest" });
    if (next && caret && next.id === id && stays && desk.writes(next)) next.setSelectionRange(caret[0], caret[1]);
    var now = byId("verdict").textContent;
    if (late || now !== verdict) say(late ? words(late) : now);
    else if (byId("said").className === "said") say("");
    busy = false;
    // To leave a field by its button asks twice; the first answer may be all that was wanted.
    var pairs = wanted && wanted.pairs.filter(function (pair) {
      return pair[0] !== "read" || byId("paste").value.trim();
    });
    wanted = null;
    var again = pairs && (pairs.length || desk.edits().length);
    if (again) send(pairs, false);
    else if (keeping) {
      keeping = false;
      keep();
    }
    if (!again && moves) desk.going = false;
    if (!again) later.splice(0).forEach(function (act) { act(); });
    desk.arrived(moves, again);
  }

  function go() {
    if (card().dataset.fact) before.push(card().dataset.fact);
    send([["go", "on"]], true);
  }
  function turn(fact) { send([["ask", fact]], true); }
  function back() {
    var asked = card().querySelectorAll("[data-ask]");
    if (before.length) turn(before.pop());
    else if (asked.length) turn(asked[asked.length - 1].dataset.ask);
  }
  function chosen(answer) {
    // A choice beside a text field stands in place of what was typed there.
    var typed = answer.type === "radio" && card().querySelector("input.text");
    if (typed) typed.value = "";
    send([], false);
  }
  function click(at) { (at.id && byId(at.id) || at).click(); }

  document.addEventListener("change", function (event) {
    var at = event.target;
    if (placing || !at.name || at.form !== form() || at.matches("textarea, input.text")) return;
    if (at.tagName === "SELECT") send([], false);
    else chosen(at);
  });
  // Not "change": a field that was filled again by script would not fire it.  What was refused is
  // sent again by a button or a key only, or to close the message would bring it back.
  document.addEventListener("focusout", function (event) {
    var at = event.target;
    if (placing || stuck || !at.name || at.form !== form()) return;
    if (!at.matches("textarea, input.text")) return;
    if (at.value !== at.defaultValue) send([], false);
  });
  document.addEventListener("input", function (event) {
    if (event.target.id === "paste" && /Paste|Drop/.test(event.inputType)) send([["read", "yes"]], true);
  });
  document.addEventListener("submit", function (event) {
    var at = event.target, by = event.submitter;
    if (at !== form() && at.id !== "case-outcome" && !(busy && by && by.id)) return;
    event.preventDefault();
    if (at.id === "case-outcome") keep();
    else if (at !== form()) later.push(function () { click(by); });
    else if (by && by.name === "go") go();
    else send(by && by.name ? [[by.name, by.value]] : [], false);
  });
  document.addEventListener("click", function (event) {
    var at = event.target.closest("a, button, summary");
    if (!at) return;
    if (at.id === "refused-close") {
      byId("refused").hidden = true;
      desk.enter(desk.start());
    } else if (at.tagName === "SUMMARY" && at.parentNode.id) {
      desk.opened[at.parentNode.id] = !at.parentNode.open;
    } else if (at.dataset.ask && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (card().dataset.fact) before.push(card().dataset.fact);
      turn(at.dataset.ask);
    } else if (busy && at.href && !at.target) {
      // A page that is left would take the answer on its way with it.
      event.preventDefault();
      later.push(function () { click(at); });
    }
  });
  document.addEventListener("focusin", function (event) {
    if (busy && !placing) since = card().contains(event.target) ? null : event.target;
  });
  document.addEventListener("compositionstart", function () { composing = true; });
  document.addEventListener("compositionend", function () {
    composing = false;
    var arrived = held;
    held = null;
    if (arrived) setTimeout(arrived);
  });

  Object.assign(desk, {
    going: false, say: say, send: send, keep: keep, go: go, back: back, chosen: chosen,
    // Keys wait for the next card, unless they are typed into a field that was entered meanwhile.
    waits: function (at) { return desk.going && !(since === at && desk.writes(at)); },
    hush: function () { if (!busy && byId("said").textContent !== own.failed) say(""); },
    old: function () { return root.classList.contains("unsent") || desk.edits().length; },
    // Do something once the answer on its way is there; tells whether it has to wait.
    wait: function (act) { return busy && later.push(act); }
  });
  desk.note();
  root.classList.add("scripted");
})(document.currentScript.dataset, window.desk);
