// What stands on the desk's screen: its fields, what was changed in them, where the focus goes.
// Begins what the desk's scripts share.
(function () {
  var sent = new Map(), opened = {};

  function byId(id) { return document.getElementById(id); }
  function form() { return byId("desk"); }
  function card() { return byId("card"); }
  function writes(at) {
    return at.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
  }

  // What a person can change, and what it was when it was last sent.
  function fields() {
    return Array.prototype.filter.call(form().elements, function (one) {
      return one.name && one.type !== "hidden" && one.type !== "submit";
    });
  }
  function ticked(one) { return /radio|checkbox/.test(one.type); }
  function stateOf(one) { return ticked(one) ? one.checked : one.value; }
  // Returns what takes the note back.
  function note() {
    var past = sent;
    sent = new Map(fields().map(function (one) { return [one, stateOf(one)]; }));
    return function () { sent = past; };
  }
  function edits() {
    return fields().filter(function (one) { return sent.get(one) !== stateOf(one); });
  }
  // What stands beside the form is kept with a button of its own, and not yet.
  function aside() {
    return Array.prototype.filter.call(document.querySelectorAll(".case [id][name]"), function (one) {
      var first = one.options && (one.querySelector("[selected]") || one.options[0]);
      return one.value !== (first ? first.value : one.defaultValue);
    }).map(function (one) {
      return [one.id, one.value];
    });
  }

  // An edit made while the answer was on its way is made again on the page that came, where the
  // question may have become a list, or the list choices.
  function carry(edit) {
    fields().forEach(function (one) {
      if (one.name !== edit.name) return;
      if (ticked(one)) {
        if (one.value === edit.value) {
          one.checked = edit.ticked ? edit.checked : true;
          if (one.checked) reveal(one);
        }
      } else if (!edit.ticked || (edit.checked && one.tagName === "SELECT")) one.value = edit.value;
    });
  }
  // What is folded in cannot get the focus.
  function reveal(at) {
    var folded = at.closest(".card details");
    if (!folded) return;
    folded.open = true;
    delete opened[folded.id];
  }
  // still: it had the focus before, so nothing has to move.
  function enter(at, still) {
    at.focus({ preventScroll: still });
    if (writes(at) && at.setSelectionRange) at.setSelectionRange(at.value.length, at.value.length);
  }

  // Where the card begins: its text field, the answer that stands, the first, or its heading.
  function start() {
    return card().querySelector("input.text:not([name=port])") || card().querySelector(":checked")
      || card().querySelector("[type=radio]") || byId("card-title");
  }

  window.desk = {
    opened: opened, byId: byId, form: form, card: card, writes: writes, ticked: ticked, note: note,
    edits: edits, aside: aside, carry: carry, reveal: reveal, enter: enter, start: start
  };
})();
