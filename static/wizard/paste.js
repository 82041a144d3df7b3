// Only makes things nicer: a file dropped onto the box, or a picture pasted into it, is chosen as
// with the button, and a large picture is made smaller before it travels over a weak line.
(function (box, chooser) {
  var LARGE = 500000, PIXELS = 6000000, smaller = null;

  function choose(file) {
    var transfer = new DataTransfer();
    transfer.items.add(file);
    chooser.files = transfer.files;
    chooser.closest("details").open = true;
  }

  function shrink(file) {
    if (!/^image\//.test(file.type) || file.size < LARGE) return;
    smaller = createImageBitmap(file).then(function (picture) {
      var factor = Math.min(1, Math.sqrt(PIXELS / picture.width / picture.height));
      var canvas = document.createElement("canvas");
      canvas.width = picture.width * factor;
      canvas.height = picture.height * factor;
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", 0.85); });
    }).then(function (blob) {
      if (blob && blob.size < file.size && chooser.files[0] === file)
        choose(new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: blob.type }));
    }).catch(function () {}).then(function () { smaller = null; });
  }

  function take(file) {
    // The error stands before what was attached to a saved email.
    if (/^(text|message)\//.test(file.type) || /\.(eml|txt|log|html?)$/i.test(file.name))
      return file.slice(0, 200000).text().then(function (text) {
        box.value = text;
        box.focus();
      });
    choose(file);
    shrink(file);
  }

  box.ondragover = function (event) {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  };
  box.ondrop = box.onpaste = function (event) {
    var file = (event.dataTransfer || event.clipboardData).files[0];
    // A table copied in a spreadsheet comes as text and as a picture.
    if (!file || (event.clipboardData && event.clipboardData.getData("text"))) return;
    event.preventDefault();
    take(file);
  };
  chooser.onchange = function () {
    if (chooser.files[0]) shrink(chooser.files[0]);
  };
  box.form.onsubmit = function (event) {
    if (!smaller) return;
    event.preventDefault();
    smaller.then(function () { box.form.requestSubmit(event.submitter); });
  };
})(document.getElementById("paste"), document.getElementById("file"));
