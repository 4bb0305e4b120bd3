/* Says twice how much time is left, ten and five minutes before the end: an announcement, no ticking clock.
   data-deadline (seconds left when the page was made), data-at-10 and data-at-5 (the words). */
(function () {
  "use strict";

  var line = document.querySelector("[data-deadline]");
  if (!line) { return; }
  var left = parseInt(line.getAttribute("data-deadline"), 10);
  var voice = document.createElement("span");
  voice.setAttribute("role", "status");
  line.parentNode.insertBefore(voice, line.nextSibling);

  [10, 5].forEach(function (minutes) {
    var wait = left - minutes * 60;
    if (wait > 0) {
      setTimeout(function () { voice.textContent = line.getAttribute("data-at-" + minutes); }, wait * 1000);
    }
  });
}());
