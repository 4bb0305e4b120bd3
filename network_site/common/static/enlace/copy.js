/* Copies the text of an element: button[data-copy="id"], with its words in data-copied and data-not-copied
   and an element role=status behind it. Without this script the button stays hidden. */
(function () {
  "use strict";

  function mark(source) {
    var range = document.createRange();
    range.selectNodeContents(source);
    var selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-copy]"), function (button) {
    var source = document.getElementById(button.getAttribute("data-copy"));
    var status = button.nextElementSibling;
    if (!source) { return; }
    button.hidden = false;

    function say(name) {
      if (status && status.getAttribute("role") === "status") { status.textContent = button.getAttribute(name) || ""; }
    }

    function byHand() {
      mark(source);
      var done = false;
      try { done = document.execCommand("copy"); } catch (error) { done = false; }
      say(done ? "data-copied" : "data-not-copied");
    }

    button.addEventListener("click", function () {
      var text = (source.value || source.innerText || source.textContent || "").replace(/\s+/g, " ").trim();
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(text).then(function () { say("data-copied"); }, byHand);
      } else {
        byHand();
      }
    });
  });
}());
