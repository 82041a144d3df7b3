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
      });
    };
    place.after(" ", button);
  });
})(document.currentScript.dataset);
