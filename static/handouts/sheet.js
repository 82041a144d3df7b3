// Only makes things nicer: a button that prints.
(function (own) {
  var button = document.createElement("button");
  button.type = "button";
  button.textContent = own.print;
  button.onclick = function () { print(); };
  document.querySelector(".screen-only").append(" ", button);
})(document.currentScript.dataset);
