// Only makes things nicer: the email app most often used on this device is chosen already.
(function (agent) {
  var likely =
    /iPhone|iPad/.test(agent) || (/Mac/.test(agent) && navigator.maxTouchPoints > 1) ? "iphone"
    : /Mac/.test(agent) ? "apple-mail"
    : /Android/.test(agent) ? (/Samsung|SM-/.test(agent) ? "samsung-email" : "gmail-app")
    : /Windows/.test(agent) ? "outlook-classic"
    : /Linux/.test(agent) ? "thunderbird"
    : "";
  var choice = document.querySelector("[name=program][value='" + likely + "']");
  if (!choice || document.querySelector("[name=program]:checked")) return;
  choice.checked = true;
  document.getElementById("guessed").hidden = false;
})(navigator.userAgent);
