// The desk from the keyboard: numbers choose, Enter goes on, one key copies the ticket.
(function () {
  var keys = document.getElementById("keys"), digits = "";

  function find(id) { return document.getElementById(id); }
  function numbered(number) {
    return desk.card().querySelector("[data-number='" + number + "']");
  }

  function copy(name) {
    if (desk.wait(function () { copy(name); })) return;
    if (desk.stale()) return desk.say(desk.own.stale, true);
    var place = find(name);
    function mark() {
      find("ticket").open = desk.opened.ticket = true;
      place.focus();
      place.select();
      desk.say(desk.own.select, true);
    }
    if (!navigator.clipboard) return mark();
    navigator.clipboard.writeText(place.value).then(function () {
      desk.say(desk.own.copied, true);
    }, mark);
  }

  function choose(answer) {
    if (!answer) return;
    var folded = answer.closest("details");
    if (folded) folded.open = true;
    answer.focus();
    if (answer.type !== "radio" || answer.checked) return;
    answer.checked = true;
    chosen(answer);
  }
  function chosen(answer) {
    // A choice beside a text field stands in place of what was typed there.
    var typed = answer.type === "radio" && desk.card().querySelector("input.text");
    if (typed) typed.value = "";
    desk.send([], false);
  }
  function back() {
    var again = desk.card().querySelectorAll("a[data-ask]");
    if (desk.before.length) desk.turn(desk.before.pop());
    else if (again.length) desk.turn(again[again.length - 1].dataset.ask);
  }
  function open(fold, field) {
    if (!find(fold)) return;
    find(fold).open = desk.opened[fold] = true;
    find(field).focus();
  }

  var acts = {
    Enter: desk.go,
    u: function () { choose(desk.card().querySelector("[value=unknown]")); },
    b: back,
    p: function () { find("paste").focus(); },
    n: function () { open("case-notes", "note"); },
    s: function () { open("case-back", "case-link"); },
    c: function () { copy("ticket-plain"); },
    m: function () { copy("ticket-markdown"); },
    "?": function () { keys.showModal(); }
  };

  function press(key) {
    var at = document.activeElement;
    if (desk.writes(at)) {
      if (key === "Enter") desk.go();
      else if (key === "Escape") at.blur();
      else if (at.tagName === "INPUT" && key.length === 1) at.value += key;
      return true;
    }
    if (find("keys-off")) return false;
    if (/^\d$/.test(key)) {
      var number = Number(digits + key);
      if (!numbered(number)) number = Number(key);
      digits = number ? String(number) : "";
      choose(numbered(number));
      return true;
    }
    digits = "";
    var act = acts[key.length === 1 ? key.toLowerCase() : key];
    if (act) act();
    return Boolean(act);
  }
  desk.press = press;

  document.addEventListener("keydown", function (event) {
    var at = event.target, key = event.key;
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && at.tagName === "TEXTAREA") {
      event.preventDefault();
      if (at.id === "paste") desk.send([["read", "yes"]], true);
      else if (at.id === "note") desk.keep(at.form);
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (keys.open) {
      if (key === "?") {
        event.preventDefault();
        keys.close();
      }
    } else if (desk.going() && (key.length === 1 || key === "Enter")) {
      event.preventDefault();
      desk.queue(key);
    } else if (desk.writes(at)) {
      if (key === "Escape") at.blur();
      if (key === "Enter" && at.tagName === "INPUT" && at.form === desk.form()) {
        event.preventDefault();
        desk.go();
      }
    } else if (!(key === "Enter" && at.matches("a, button, summary")) && press(key)) {
      event.preventDefault();
    }
  });

  document.addEventListener("change", function (event) {
    var at = event.target;
    if (desk.placing() || !at.name || at.form !== desk.form()) return;
    if (at.matches("textarea, input.text")) return;
    digits = "";
    if (at.tagName === "SELECT") desk.send([], false);
    else chosen(at);
  });
  // Not "change": a field that was filled again by script would not fire it.
  document.addEventListener("focusout", function (event) {
    var at = event.target;
    if (desk.placing() || !at.name || at.form !== desk.form()) return;
    if (at.matches("textarea, input.text") && at.value !== at.defaultValue) desk.send([], false);
  });
  document.addEventListener("input", function (event) {
    if (event.target.id !== "paste" || !/Paste|Drop/.test(event.inputType)) return;
    desk.send([["read", "yes"]], true);
  });
  document.addEventListener("submit", function (event) {
    var by = event.submitter;
    if (event.target.id === "conclude") {
      event.preventDefault();
      desk.keep(event.target);
    } else if (event.target === desk.form()) {
      event.preventDefault();
      if (by && by.name === "go") desk.go();
      else desk.send(by && by.name ? [[by.name, by.value]] : [], false);
    }
  });
  document.addEventListener("click", function (event) {
    var at = event.target.closest("a, button, summary");
    if (!at) return;
    if (at.dataset.copy) copy(at.dataset.copy);
    else if (at.id === "show-keys") keys.showModal();
    else if (at.tagName === "SUMMARY" && at.parentNode.id) {
      desk.opened[at.parentNode.id] = !at.parentNode.open;
    } else if (at.dataset.ask && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      digits = "";
      desk.leave();
      desk.turn(at.dataset.ask);
    } else if (at.href && !at.target && desk.wait(function () {
      (at.id && find(at.id) || at).click();
    })) {
      // A page that is left would take the answer on its way with it.
      event.preventDefault();
    }
  });
})();
