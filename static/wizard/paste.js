// Only makes things nicer: a saved message dropped onto the box is read into it.
(function (box) {
  box.ondragover = function (event) {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  };
  box.ondrop = function (event) {
    var file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    // The error stands before what was attached.
    file.slice(0, 200000).text().then(function (text) {
      box.value = text;
      box.focus();
    });
  };
})(document.getElementById("paste"));
