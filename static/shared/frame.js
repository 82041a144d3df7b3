// In a frame: tell the site around it how high this page is and which step it shows, never what was
// answered or typed. Only sites that the portal lists can be around it: frame-ancestors sees to that.
(function (own) {
  var host, last, page = document.documentElement;
  function tell(event, detail) {
    parent.postMessage({ thongthu: 1, event: event, detail: detail }, host);
  }
  function measure() {
    var height = Math.ceil(page.getBoundingClientRect().height);
    if (height !== last) tell("height", { height: last = height });
  }
  if (parent !== window) addEventListener("message", function (message) {
    if (host || message.source !== parent || message.data !== "thongthu:hello") return;
    host = message.origin;
    tell(own.event, { page: own.page, about: own.about });
    // Once by itself: an observer sleeps in a frame that is out of sight.
    measure();
    new ResizeObserver(measure).observe(page);
    // Browsers do not move the focus in a foreign frame by themselves.
    var first = page.querySelector("[autofocus]");
    if (first && document.hasFocus()) first.focus();
  });
})(document.currentScript.dataset);
