// The demo's foreign page: lists what the wizard tells the site around it.
(function (list) {
  ["ready", "step", "plan", "worked", "height"].forEach(function (name) {
    document.querySelector("thong-thu").addEventListener(name, function (event) {
      var line = document.createElement("li");
      line.textContent = name + " " + JSON.stringify(event.detail);
      list.append(line);
    });
  });
})(document.getElementById("events"));
