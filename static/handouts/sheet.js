// Only makes things nicer: a button that prints.
(function (own) {
  var button = document.createElement("button");
  button.type = "button";
  button.textContent = own.print;
  button.onclick = function () { print(); };
  document.getElementById("tools").prepend(button);
})(document.currentScript.dataset);
