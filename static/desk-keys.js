// The desk's keys, and copying the ticket; what is sent and renewed stands in the other two scripts.
(function (own, desk) {
  var keys = desk.byId("keys"), ahead = [], digits = "", last = 0;
  var PAUSE = 3000; // milliseconds after which a digit begins a new number

  function off() { return desk.byId("keys-off"); }
  // The answers on the card; where nothing is left to ask, the questions to go back to.
  function numbered() { return desk.card().querySelectorAll("[type=radio], .answered a"); }

  function copy(name) {
    if (desk.wait(function () { copy(name); })) return;
    if (desk.old()) return desk.say(own.old, true);
    var place = desk.byId(name);
    function mark() {
      desk.byId("ticket").open = desk.opened.ticket = true;
      place.focus();
      place.select();
      desk.say(own.select, true);
    }
    if (!navigator.clipboard) return mark();
    navigator.clipboard.writeText(place.value).then(function () { desk.say(own.copied, true); }, mark);
  }

  function choose(answer) {
    if (!answer) return;
    desk.reveal(answer);
    answer.focus();
    if (answer.href || answer.checked) return;
    answer.checked = true;
    desk.chosen(answer);
  }
  function unfold(name, field) {
    var folded = desk.byId(name);
    if (!folded) return false;
    folded.open = desk.opened[name] = true;
    desk.enter(field ? desk.byId(field) : folded.querySelector("summary"));
    return true;
  }

  function press(key) {
    var at = document.activeElement;
    if (desk.writes(at)) {
      if (key === "Enter") desk.go();
      else if (key === "Escape") at.blur();
      else if (at.tagName === "INPUT" && key === "Backspace") at.value = at.value.slice(0, -1);
      else if (at.tagName === "INPUT" && key.length === 1) at.value += key;
      return true;
    }
    if (off()) return false;
    if (/^\d$/.test(key)) {
      var all = numbered(), number = Number(digits + key);
      if (number > all.length) number = Number(key);
      digits = number ? String(number) : "";
      choose(all[number - 1]);
      return true;
    }
    digits = "";
    key = key.length === 1 ? key.toLowerCase() : key;
    if (key === "Enter") {
      if (at.dataset.ask) at.click();
      else desk.go();
    } else if (key === "u") choose(desk.card().querySelector("[value=unknown]"));
    else if (key === "b") desk.back();
    else if (key === "p") desk.enter(desk.byId("paste"));
    else if (key === "c") copy("ticket-plain");
    else if (key === "m") copy("ticket-markdown");
    else if (key === "n") return unfold("case-notes", "note");
    else if (key === "s") return unfold("case-back");
    else if (key === "?") keys.showModal();
    else return false;
    return true;
  }

  // again: what was done meanwhile has been sent, and the card waits for that.
  desk.arrived = function (moves, again) {
    if (moves) digits = "";
    // A mistake keeps the question; what was typed ahead was meant for the next one.
    if (document.querySelector("main .summary")) ahead = [];
    while (!again && ahead.length && !desk.going) press(ahead.shift());
  };
  desk.stopped = function () { ahead = []; };

  document.addEventListener("keydown", function (event) {
    var at = event.target, key = event.key;
    if (event.isComposing) return;
    if (key === "Enter" && (event.ctrlKey || event.metaKey) && /^(paste|note)$/.test(at.id)) {
      event.preventDefault();
      if (at.id === "note") desk.keep();
      else desk.send([["read", "yes"]], true);
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.timeStamp - last > PAUSE) digits = "";
    last = event.timeStamp;
    if (key.length === 1) desk.hush();
    if (keys.open) {
      if (key === "?" && !off()) {
        event.preventDefault();
        keys.close();
      }
    } else if (desk.waits(at) && (key.length === 1 || /^(Enter|Escape|Backspace)$/.test(key))) {
      event.preventDefault();
      ahead.push(key);
    } else if (desk.writes(at)) {
      if (key === "Escape") at.blur();
      if (key === "Enter" && at.tagName === "INPUT") {
        event.preventDefault();
        desk.go();
      }
    } else if (!(key === "Enter" && at.matches("a, button, summary")) && press(key)) {
      event.preventDefault();
    }
  });
  document.addEventListener("change", function () { digits = ""; });
  document.addEventListener("click", function (event) {
    var at = event.target.closest("button");
    if (!at) return;
    if (at.dataset.copy) copy(at.dataset.copy);
    else if (at.id === "show-keys") keys.showModal();
  });
})(document.currentScript.dataset, window.desk);
