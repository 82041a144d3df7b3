// The desk renews itself: a change is sent, and the page that comes back takes this one's place.
// One request at a time, none is given up: what changes meanwhile is carried over and sent next.
var desk = (function (own) {
  var root = document.documentElement, said = document.getElementById("said");
  var busy = false, going = false, placing = false, composing = false, stale = false;
  var wanted = null, held = null, sent = new Map();
  var ahead = [], later = [], before = [], opened = {};

  function form() { return document.getElementById("desk"); }
  function card() { return document.getElementById("card"); }
  function writes(at) {
    return at.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  }
  function say(text, seen) {
    said.className = seen ? "said" : "unseen";
    said.textContent = text;
  }

  // What a person can change, and what it was when it was last sent.
  function fields() {
    return Array.prototype.filter.call(form().elements, function (one) {
      return one.name && one.type !== "hidden" && one.type !== "submit";
    });
  }
  function ticked(one) { return /radio|checkbox/.test(one.type); }
  function stateOf(one) { return ticked(one) ? one.checked : one.value; }
  function note() { sent = new Map(fields().map(function (one) { return [one, stateOf(one)]; })); }
  function edits() {
    return fields().filter(function (one) { return sent.get(one) !== stateOf(one); });
  }

  function ask(action, data, then) {
    busy = stale = true;
    var wait = window.AbortSignal && AbortSignal.timeout ? AbortSignal.timeout(15000) : undefined;
    var headers = { Accept: "text/html", "X-Desk": "1" };
    fetch(action, { method: "POST", body: data, headers: headers, signal: wait })
      .then(function (response) { return response.text(); })
      .then(function (text) {
        var page = new DOMParser().parseFromString(text, "text/html");
        if (page.getElementById("desk")) then(page);
        else refuse(page);
      })
      .catch(function () {
        stop();
        root.classList.remove("scripted");
        say(own.failed, true);
      });
  }

  // leaves: the card goes on to another question, so keys wait for it.
  function send(pairs, leaves) {
    going = going || leaves;
    if (busy) {
      wanted = { pairs: (wanted ? wanted.pairs : []).concat(pairs) };
      return;
    }
    var data = new FormData(form()), moves = going;
    pairs.forEach(function (pair) {
      if (pair[0] === "ask") data.delete("ask");
      data.append(pair[0], pair[1]);
    });
    note();
    ask(form().action, data, function (page) { arrive(page, moves); });
  }

  // Outcome and note of a case have a button of their own.
  function keep(aside) {
    if (busy) later.push(function () { keep(document.getElementById(aside.id)); });
    else ask(aside.action, new FormData(aside), function (page) {
      arrive(page, false, !page.querySelector(".case .error"));
    });
  }

  function stop() {
    busy = going = false;
    wanted = null;
    ahead = [];
    later.splice(0).forEach(function (act) { act(); });
  }

  // Another page came: what it says is said here, and nothing that was typed is lost.
  function refuse(page) {
    stop();
    var words = [page.querySelector("h1"), page.querySelector("[role=alert] p, .lead")];
    var box = document.getElementById("refused") || document.createElement("div");
    box.id = "refused";
    box.className = "summary";
    box.setAttribute("role", "alert");
    box.textContent = "";
    words.forEach(function (one) {
      if (!one) return;
      var line = document.createElement("p");
      line.textContent = one.textContent;
      box.append(line);
    });
    var door = page.querySelector("form[action*='/desk/sign-in']");
    if (door) {
      var link = document.createElement("a");
      link.href = door.getAttribute("action");
      link.target = "_blank";
      link.textContent = page.querySelector("form button:not([name])").textContent;
      box.append(link);
    }
    document.querySelector("main").prepend(box);
    box.scrollIntoView({ block: "nearest" });
  }

  function arrive(page, moves, kept) {
    // A letter that is being composed would be torn out of its field.
    if (composing) {
      held = function () { arrive(page, moves, kept); };
      return;
    }
    var active = document.activeElement, id = active.id;
    var caret = writes(active) && active.setSelectionRange
      ? [active.selectionStart, active.selectionEnd] : null;
    var verdict = document.getElementById("verdict").textContent;
    var column = document.querySelector(".telling").scrollTop;
    var carried = edits().map(function (one) {
      return { name: one.name, value: one.value, checked: one.checked, ticked: ticked(one) };
    });
    // What stands beside the form is kept with its own button, and not yet.
    var aside = kept ? [] : Array.prototype.filter.call(
      document.querySelectorAll(".case [id][name]"), function (one) {
        var first = one.options && (one.querySelector("[selected]") || one.options[0]);
        return one.value !== (first ? first.value : one.defaultValue);
      }).map(function (one) { return [one.id, one.value]; });
    placing = true;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    placing = stale = false;
    document.title = page.title;
    var links = page.querySelectorAll("header nav a");
    document.querySelectorAll("header nav a").forEach(function (link, at) {
      link.href = links[at].getAttribute("href");
    });
    history.replaceState(null, "", form().dataset.here);
    note();
    carried.forEach(carry);
    aside.forEach(function (pair) {
      var place = document.getElementById(pair[0]);
      if (place) place.value = pair[1];
    });
    Object.keys(opened).forEach(function (name) {
      var folded = document.getElementById(name);
      if (folded) folded.open = opened[name];
    });
    document.querySelector(".telling").scrollTop = column;
    root.classList.add("scripted");
    // A mistake keeps the question; what was typed ahead was meant for the next one.
    if (document.querySelector("main .summary")) ahead = [];
    if (before[before.length - 1] === card().dataset.fact) before.pop();
    var next = moves ? start() : id && document.getElementById(id);
    if (next) next.focus({ preventScroll: next.id === id });
    if (next && writes(next) && next.setSelectionRange) {
      var end = next.value.length;
      if (moves) next.setSelectionRange(end, end);
      else if (caret) next.setSelectionRange(caret[0], caret[1]);
    }
    var now = document.getElementById("verdict").textContent;
    if (kept) say(own.kept, true);
    else if (now !== verdict) say(now);
    else if (said.textContent === own.failed) say("");
    busy = false;
    // To leave a field by its button asks twice; the first answer may be all that was wanted.
    var pairs = wanted && wanted.pairs.filter(function (pair) {
      return pair[0] !== "read" || document.getElementById("paste").value.trim();
    });
    wanted = null;
    if (pairs && (pairs.length || edits().length)) {
      send(pairs, false);
      return;
    }
    if (moves) going = false;
    later.splice(0).forEach(function (act) { act(); });
    while (ahead.length && !going) desk.press(ahead.shift());
  }

  // An edit made while the answer was on its way is made again on the page that came, where the
  // question may have become a list, or the list choices.
  function carry(edit) {
    fields().forEach(function (one) {
      if (one.name !== edit.name) return;
      if (ticked(one)) {
        if (one.value === edit.value) one.checked = edit.ticked ? edit.checked : true;
      } else if (!edit.ticked || (edit.checked && one.tagName === "SELECT")) one.value = edit.value;
    });
  }

  // Where the card begins: its text field, the answer that stands, the first, or its heading.
  function start() {
    return card().querySelector("input.text:not([name=port])") || card().querySelector(":checked")
      || card().querySelector("[type=radio]") || document.getElementById("card-title");
  }
  function leave() { if (card().dataset.fact) before.push(card().dataset.fact); }

  document.addEventListener("compositionstart", function () { composing = true; });
  document.addEventListener("compositionend", function () {
    composing = false;
    var arrived = held;
    held = null;
    if (arrived) setTimeout(arrived);
  });
  note();
  root.classList.add("scripted");

  return {
    form: form, card: card, writes: writes, say: say, send: send, keep: keep, own: own,
    opened: opened, before: before,
    placing: function () { return placing; },
    going: function () { return going; },
    stale: function () { return stale; },
    wait: function (act) { if (busy) later.push(act); return busy; },
    queue: function (key) { ahead.push(key); },
    go: function () { leave(); send([["go", "on"]], true); },
    turn: function (fact) { send([["ask", fact]], true); },
    leave: leave
  };
})(document.currentScript.dataset);
