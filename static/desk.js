// The desk renews itself: a change is sent, and the page that comes back takes this one's place.
// One request at a time, none is given up: what changes meanwhile is carried over and sent next.
(function (own) {
  var root = document.documentElement;
  var said = document.getElementById("said"), keys = document.getElementById("keys");
  var busy = false, going = false, placing = false, composing = false;
  var wanted = null, held = null, sent = new Map();
  var ahead = [], later = [], before = [], digits = "", opened = {};

  function form() { return document.getElementById("desk"); }
  function card() { return document.getElementById("card"); }
  function answers() { return card().querySelectorAll("[type=radio]"); }
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

  // leaves: the card goes on to another question, so keys wait for it.
  function send(pairs, leaves) {
    going = going || leaves;
    if (busy) {
      wanted = { pairs: (wanted ? wanted.pairs : []).concat(pairs) };
      return;
    }
    busy = true;
    var data = new FormData(form());
    pairs.forEach(function (pair) {
      if (pair[0] === "ask") data.delete("ask");
      data.append(pair[0], pair[1]);
    });
    var moves = going;
    note();
    var headers = { Accept: "text/html", "X-Desk": "1" };
    fetch(form().action, { method: "POST", body: data, headers: headers })
      .then(function (response) {
        return response.text().then(function (text) {
          var page = new DOMParser().parseFromString(text, "text/html");
          if (page.getElementById("desk")) arrive(page, moves);
          else if (response.ok) location.assign(response.url);
          else throw new Error(response.status);
        });
      })
      .catch(fail);
  }

  function fail() {
    busy = going = false;
    wanted = null;
    ahead = [];
    later = [];
    root.classList.remove("scripted");
    say(own.failed, true);
  }

  function arrive(page, moves) {
    // A letter that is being composed would be torn out of its field.
    if (composing) {
      held = function () { arrive(page, moves); };
      return;
    }
    var active = document.activeElement, id = active.id;
    var caret = writes(active) && active.setSelectionRange
      ? [active.selectionStart, active.selectionEnd] : null;
    var verdict = document.getElementById("verdict").textContent;
    var kept = edits().map(function (one) {
      return { name: one.name, value: one.value, checked: one.checked, ticked: ticked(one) };
    });
    // What stands beside the form is kept with a button of its own, and not yet.
    var aside = Array.prototype.filter.call(document.querySelectorAll(".case [id][name]"), function (one) {
      var first = one.options && (one.querySelector("[selected]") || one.options[0]);
      return one.value !== (first ? first.value : one.defaultValue);
    }).map(function (one) {
      return [one.id, one.value];
    });
    placing = true;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    placing = false;
    document.title = page.title;
    var links = page.querySelectorAll("header nav a");
    document.querySelectorAll("header nav a").forEach(function (link, at) {
      link.href = links[at].getAttribute("href");
    });
    history.replaceState(null, "", form().dataset.here);
    note();
    kept.forEach(carry);
    aside.forEach(function (pair) {
      var place = document.getElementById(pair[0]);
      if (place) place.value = pair[1];
    });
    Object.keys(opened).forEach(function (name) {
      var folded = document.getElementById(name);
      if (folded) folded.open = opened[name];
    });
    root.classList.add("scripted");
    if (moves) digits = "";
    // A mistake keeps the question; what was typed ahead was meant for the next one.
    if (document.querySelector("main .summary")) ahead = [];
    if (before[before.length - 1] === card().dataset.fact) before.pop();
    var understood = document.getElementById("understood-title");
    var next = understood && /^(paste|read)?$/.test(id) ? understood
      : moves ? start() : id && document.getElementById(id);
    if (next) next.focus({ preventScroll: next.id === id });
    if (next && caret && !moves && writes(next)) next.setSelectionRange(caret[0], caret[1]);
    var now = document.getElementById("verdict").textContent;
    if (now !== verdict) say(now);
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
    while (ahead.length && !going) press(ahead.shift());
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
      || answers()[0] || document.getElementById("card-title");
  }
  function go() {
    if (card().dataset.fact) before.push(card().dataset.fact);
    send([["go", "on"]], true);
  }
  function turn(fact) { send([["ask", fact]], true); }

  function copy(name) {
    if (busy) {
      later.push(function () { copy(name); });
      return;
    }
    var place = document.getElementById(name);
    function mark() {
      document.getElementById("ticket").open = opened.ticket = true;
      place.focus();
      place.select();
      say(own.select, true);
    }
    if (!navigator.clipboard) return mark();
    navigator.clipboard.writeText(place.value).then(function () { say(own.copied, true); }, mark);
  }

  function choose(answer) {
    if (!answer) return;
    answer.focus();
    if (answer.checked) return;
    answer.checked = true;
    chosen(answer);
  }
  function chosen(answer) {
    // A choice beside a text field stands in place of what was typed there.
    var typed = answer.type === "radio" && card().querySelector("input.text");
    if (typed) typed.value = "";
    send([], false);
  }

  function press(key) {
    var at = document.activeElement;
    if (writes(at)) {
      if (key === "Enter") go();
      else if (key === "Escape") at.blur();
      else if (at.tagName === "INPUT" && key.length === 1) at.value += key;
      return true;
    }
    if (document.getElementById("keys-off")) return false;
    if (/^\d$/.test(key)) {
      var all = answers(), number = Number(digits + key);
      if (number > all.length) number = Number(key);
      digits = number ? String(number) : "";
      choose(all[number - 1]);
      return true;
    }
    digits = "";
    key = key.length === 1 ? key.toLowerCase() : key;
    if (key === "Enter") go();
    else if (key === "u") choose(card().querySelector("[value=unknown]"));
    else if (key === "b") { if (before.length) turn(before.pop()); }
    else if (key === "p") document.getElementById("paste").focus();
    else if (key === "c") copy("ticket-plain");
    else if (key === "m") copy("ticket-markdown");
    else if (key === "?") keys.showModal();
    else return false;
    return true;
  }

  document.addEventListener("keydown", function (event) {
    var at = event.target, key = event.key;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (keys.open) {
      if (key === "?") {
        event.preventDefault();
        keys.close();
      }
    } else if (going && (key.length === 1 || key === "Enter")) {
      event.preventDefault();
      ahead.push(key);
    } else if (writes(at)) {
      if (key === "Escape") at.blur();
      if (key === "Enter" && at.tagName === "INPUT") {
        event.preventDefault();
        go();
      }
    } else if (!(key === "Enter" && at.matches("a, button, summary")) && press(key)) {
      event.preventDefault();
    }
  });

  document.addEventListener("change", function (event) {
    var at = event.target;
    if (placing || !at.name || at.form !== form() || at.matches("textarea, input.text")) return;
    digits = "";
    if (at.tagName === "SELECT") send([], false);
    else chosen(at);
  });
  // Not "change": a field that was filled again by script would not fire it.
  document.addEventListener("focusout", function (event) {
    var at = event.target;
    if (placing || !at.name || at.form !== form() || !at.matches("textarea, input.text")) return;
    if (at.value !== at.defaultValue) send([], false);
  });
  document.addEventListener("input", function (event) {
    if (event.target.id === "paste" && /Paste|Drop/.test(event.inputType)) send([["read", "yes"]], true);
  });
  document.addEventListener("submit", function (event) {
    if (event.target !== form()) return;
    event.preventDefault();
    var by = event.submitter;
    if (by && by.name === "go") go();
    else send(by && by.name ? [[by.name, by.value]] : [], false);
  });
  document.addEventListener("click", function (event) {
    var at = event.target.closest("a, button, summary");
    if (!at) return;
    if (at.dataset.copy) copy(at.dataset.copy);
    else if (at.id === "show-keys") keys.showModal();
    else if (at.tagName === "SUMMARY" && at.parentNode.id) opened[at.parentNode.id] = !at.parentNode.open;
    else if (at.dataset.ask && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      if (card().dataset.fact) before.push(card().dataset.fact);
      turn(at.dataset.ask);
    } else if (busy && at.href && !at.target) {
      // A page that is left would take the answer on its way with it.
      event.preventDefault();
      later.push(function () { (at.id && document.getElementById(at.id) || at).click(); });
    }
  });
  document.addEventListener("compositionstart", function () { composing = true; });
  document.addEventListener("compositionend", function () {
    composing = false;
    var arrived = held;
    held = null;
    if (arrived) setTimeout(arrived);
  });

  note();
  root.classList.add("scripted");
})(document.currentScript.dataset);
