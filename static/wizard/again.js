// Only makes things nicer: Back to the answer of a form would ask to send it again. It comes here by
// a link instead, which shows the same without the pasted words: these are kept nowhere.
history.replaceState(null, "", document.currentScript.dataset.here);
