/* Says how many characters are left. Words and limit come from data- attributes of the counter:
   data-count-for (id of the input), data-count-max, data-count-left, -left-one, -over, -over-one ({n} is the number). */
(function () {
  "use strict";

  var figures = window.Intl ? new Intl.NumberFormat(document.documentElement.lang || undefined) : { format: String };

  /* As the server counts: whole characters, and a line break is two. */
  function length(text) {
    return Array.from(text).length + (text.match(/\n/g) || []).length;
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-count-for]"), function (counter) {
    var input = document.getElementById(counter.getAttribute("data-count-for"));
    var limit = parseInt(counter.getAttribute("data-count-max"), 10);
    if (!input || !limit) { return; }

    /* For screen readers: only near the end, and only once the typing rests. */
    var voice = document.createElement("span");
    voice.className = "vh";
    voice.setAttribute("role", "status");
    counter.parentNode.insertBefore(voice, counter.nextSibling);
    var timer = null;

    function show() {
      var left = limit - length(input.value);
      var words = counter.getAttribute("data-count-" + (left < 0 ? "over" : "left") + (Math.abs(left) === 1 ? "-one" : ""));
      if (!words) { return; }
      var line = words.replace("{n}", figures.format(Math.abs(left)));
      counter.textContent = line;
      counter.classList.toggle("over", left < 0);
      clearTimeout(timer);
      timer = setTimeout(function () { voice.textContent = left < limit / 10 ? line : ""; }, 1000);
    }

    input.addEventListener("input", show);
    show();
  });
}());
