/* Thông Thư 1.0.0 (MIT): <thong-thu data-portal="…" data-lang="vi" data-answers="…" data-accent="#…">.
   Once published, this file never changes: a change is a new version. */
(function () {
  "use strict";
  var script = document.currentScript.src;
  var home = script.slice(0, script.lastIndexOf("/embed/")).replace(/\/at\/[^/]+$/, "");
  var origin = new URL(script).origin;
  var events = ["step", "plan", "worked", "height"];
  var patience = 10000;
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
    static get observedAttributes() {
      return ["data-portal"];
    }

    connectedCallback() {
      // The frame for pages without script stands behind this tag: it may not be read yet.
      if (document.readyState !== "loading") this.start();
      else document.addEventListener("DOMContentLoaded", this.start.bind(this), { once: true });
    }

    attributeChangedCallback() {
      if (!this.frame && this.isConnected && document.readyState !== "loading") this.start();
    }

    disconnectedCallback() {
      removeEventListener("message", this.hear);
      clearTimeout(this.timer);
    }

    start() {
      var own = this;
      if (!own.isConnected) return;
      if (!own.frame && !own.make()) return;
      addEventListener("message", own.hear);
      own.answered = false;
      clearTimeout(own.timer);
      own.timer = setTimeout(own.complain.bind(own), patience);
    }

    make() {
      var own = this, frame = own.querySelector("iframe");
      if (!frame && !own.dataset.portal) return false;
      own.frame = frame = frame || document.createElement("iframe");
      own.url = frame.getAttribute("src") || address(own.dataset);
      own.hear = own.hear.bind(own);
      frame.addEventListener("load", own.greet.bind(own));
      own.style.display = "block";
      frame.style.cssText += "display:block;width:100%;border:0";
      if (!frame.style.height) frame.style.height = "40rem";
      if (!frame.title) frame.title = own.dataset.title || "Thông Thư";
      frame.allow = "clipboard-write";
      if (!frame.getAttribute("src")) frame.src = own.url;
      if (frame.parentNode !== own) own.append(frame);
      // One that stood here may have loaded already: then its document is not ours to see.
      else if (!frame.contentDocument) own.greet();
      return true;
    }

    greet() {
      this.frame.contentWindow.postMessage("thongthu:hello", origin);
    }

    hear(message) {
      var own = this, said = message.data;
      if (message.origin !== origin || message.source !== own.frame.contentWindow) return;
      if (!said || said.thongthu !== 1 || events.indexOf(said.event) < 0) return;
      if (said.event === "height") {
        own.frame.style.height = said.detail.height + "px";
      } else if (!own.answered) {
        own.answered = true;
        if (own.link) own.link.remove();
        own.dispatchEvent(new CustomEvent("ready", { detail: { version: "1.0.0" } }));
      } else if (own.getBoundingClientRect().top < 0) {
        own.scrollIntoView();
      }
      own.dispatchEvent(new CustomEvent(said.event, { detail: said.detail }));
    }

    complain() {
      if (this.answered) return;
      this.link = this.link || document.createElement("a");
      this.link.href = this.url;
      this.link.target = "_blank";
      this.link.textContent = this.frame.title;
      this.append(this.link);
      console.warn("Thông Thư does not answer. May this site embed it? " +
        this.url.replace(/(\/at\/[^/;?]+).*/, "$1") + "/developers/test?origin=" +
        encodeURIComponent(location.origin));
    }
  });
})();
