// Only makes things nicer: what has been found comes into the page as it is found, and the plan
// follows as soon as it can.
(function (results) {
  function ask() {
    fetch(location.href).then(function (answer) {
      if (answer.redirected) return location.replace(answer.url);
      return answer.text().then(function (text) {
        var next = new DOMParser().parseFromString(text, "text/html");
        var now = next.getElementById("results");
        if (!now.hasAttribute("data-searching")) return location.reload();
        if (now.innerHTML !== results.innerHTML) results.innerHTML = now.innerHTML;
        setTimeout(ask, 400);
      });
    }).catch(function () { setTimeout(ask, 2000); });
  }
  setTimeout(ask, 300);
})(document.getElementById("results"));
