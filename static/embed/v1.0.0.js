/* Thông Thư 1.0.0 (MIT): <thong-thu data-portal="…" data-lang="vi" data-answers="…" data-accent="#…">.
   Once published, this file never changes: a change is a new version. */
(function () {
  "use strict";
  var script = document.currentScript.src;
  var home = script.slice(0, script.lastIndexOf("/embed/")).replace(/\/at\/[^/]+$/, "");
  var origin = new URL(script).origin;
  var events = ["step", "plan", "worked", "height"];
  if (customElements.get("thong-thu")) return;

  function address(data) {
    var path = home + "/at/" + encodeURIComponent(data.portal);
    var accent = /^#?([0-9a-f]{6})$/i.exec(data.accent || "");
    if (accent) path += ";accent=" + accent[1].toLowerCase();
    path += "/" + (data.lang ? encodeURIComponent(data.lang) + "/" : "");
    if (!data.answers) return path;
    return path + (data.lang ? "check" : "") + "?" + new URLSearchParams(data.answers);
  }

  customElements.define("thong-thu", class extends HTMLElement {
    connectedCallback() {
      var own = this, seen = false;
      // The plain frame for pages without script is put to use where there is one.
      var frame = own.querySelector("iframe") || document.createElement("iframe");
      var url = frame.getAttribute("src") || address(own.dataset);

      function greet() {
        frame.contentWindow.postMessage("thongthu:hello", origin);
        setTimeout(complain, 5000);
      }
      function complain() {
        if (seen || own.querySelector("a")) return;
        var link = document.createElement("a");
        link.href = url;
        link.target = "_blank";
        link.textContent = frame.title;
        own.append(link);
        console.warn("Thông Thư does not answer. May this site embed it? " +
          url.replace(/(\/at\/[^/;?]+).*/, "$1") + "/en/developers/test?origin=" +
          encodeURIComponent(location.origin));
      }
      own.hear = function (message) {
        var said = message.data;
        if (message.origin !== origin || message.source !== frame.contentWindow) return;
        if (!said || said.thongthu !== 1 || events.indexOf(said.event) < 0) return;
        if (said.event === "height") {
          frame.style.height = said.detail.height + "px";
        } else if (!seen) {
          seen = true;
          own.dispatchEvent(new CustomEvent("ready", { detail: { version: "1.0.0" } }));
        } else if (own.getBoundingClientRect().top < 0) {
          own.scrollIntoView();
        }
        own.dispatchEvent(new CustomEvent(said.event, { detail: said.detail }));
      };
      addEventListener("message", own.hear);
      frame.addEventListener("load", greet);
      own.style.display = "block";
      frame.style.cssText += "display:block;width:100%;border:0";
      if (!frame.style.height) frame.style.height = "40rem";
      if (!frame.title) frame.title = own.dataset.title || "Thông Thư";
      frame.allow = "clipboard-write";
      if (!frame.getAttribute("src")) frame.src = url;
      if (frame.parentNode !== own) own.append(frame);
      // A frame that stood here before may have loaded already: then its document is not ours to see.
      else if (!frame.contentDocument) greet();
    }

    disconnectedCallback() {
      removeEventListener("message", this.hear);
    }
  });
})();
