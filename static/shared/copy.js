// Only makes things nicer: a button beside each value that copies it.
(function (own) {
  if (!navigator.clipboard) return;
  var said = document.createElement("p");
  said.className = "unseen";
  said.setAttribute("role", "status");
  document.body.append(said);
  document.querySelectorAll(".steps code, blockquote, pre").forEach(function (place) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = own.copy;
    // A whole listing would be read out for long.
    if (place.tagName !== "PRE") button.setAttribute("aria-label", own.copy + " " + place.textContent);
    button.onclick = function () {
      navigator.clipboard.writeText(place.textContent).then(function () {
        button.textContent = said.textContent = own.done;
      }, function () {
        // Forbidden in a frame, for one: what is selected can be copied by hand.
        getSelection().selectAllChildren(place);
        said.textContent = own.selected;
      });
    };
    // A full stop stays with the value rather than alone on the next line.
    var stop = place.nextSibling;
    var closed = stop && stop.nodeType === Node.TEXT_NODE && /^[.,:;]/.test(stop.data);
    if (closed) stop.splitText(1);
    (closed ? stop : place).after(" ", button);
  });
})(document.currentScript.dataset);
