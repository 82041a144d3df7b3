// Only makes things nicer: the snippet and its preview follow the form.
(function (form) {
  form.onchange = function () {
    form.requestSubmit();
  };
})(document.querySelector("form.box"));
