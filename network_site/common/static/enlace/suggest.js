/* A suggested term is ticked at once, without asking the server. Without this script its button sends the form,
   and the page comes back with the term ticked. */
(function () {
  "use strict";

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button[data-tick]") : null;
    if (!button || !button.form) { return; }
    var boxes = button.form.querySelectorAll("input[name='" + button.getAttribute("data-tick") + "']");
    var box = Array.prototype.filter.call(boxes, function (one) { return one.value === button.value; })[0];
    if (!box) { return; }
    event.preventDefault();
    box.checked = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    button.form.dispatchEvent(new CustomEvent("enlace:typed"));
    var said = button.closest("[data-suggestions]").querySelector("[data-tick-said]");
    if (said) { said.textContent = said.getAttribute("data-tick-said").replace("{term}", button.textContent.trim()); }
    button.closest("li").hidden = true;
    box.focus();
  });
}());
