/* What one may mean while one types: a combobox as the ARIA practices describe it, for every [data-suggest].
   Without this script, or when the site does not answer, the box is a plain field of a plain form. */
(function () {
  "use strict";

  var WAIT = 150;
  var LEAST = 2;

  function equip(holder, number) {
    var field = holder.querySelector("input");
    var said = holder.querySelector("[data-said]");
    if (!field || !said || !window.fetch || !window.AbortController) { return; }
    var list = document.createElement("ul");
    var known = {};
    var timer = 0;
    var asking = null;
    var chosen = -1;

    list.id = "suggestions-" + number;
    list.className = "options";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.labels && field.labels[0] ? field.labels[0].textContent : "");
    holder.appendChild(list);
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-expanded", "false");
    field.setAttribute("autocomplete", "off");

    function choose(place) {
      Array.prototype.forEach.call(list.children, function (option, at) {
        option.setAttribute("aria-selected", at === place ? "true" : "false");
      });
      chosen = place;
      if (place < 0) {
        field.removeAttribute("aria-activedescendant");
      } else {
        field.setAttribute("aria-activedescendant", list.children[place].id);
        list.children[place].scrollIntoView({ block: "nearest" });
      }
    }

    function open(is) {
      list.hidden = !is;
      field.setAttribute("aria-expanded", is ? "true" : "false");
      if (!is) { choose(-1); }
    }

    function stop() {
      window.clearTimeout(timer);
      if (asking) { asking.abort(); asking = null; }
    }

    function show(answer) {
      list.textContent = "";
      answer.suggestions.forEach(function (one, at) {
        var option = document.createElement("li");
        var title = document.createElement("span");
        var kind = document.createElement("span");
        option.id = list.id + "-" + at;
        option.setAttribute("role", "option");
        option.setAttribute("data-url", one.url);
        title.textContent = one.title;
        title.lang = one.language;
        kind.textContent = one.kind;
        kind.className = "kind";
        option.appendChild(title);
        option.appendChild(document.createTextNode(" "));
        option.appendChild(kind);
        list.appendChild(option);
      });
      said.textContent = answer.said;
      open(answer.suggestions.length > 0);
    }

    function ask() {
      var words = field.value.trim();
      if (words.length < LEAST) { return; }
      if (Object.prototype.hasOwnProperty.call(known, words)) { show(known[words]); return; }
      asking = new AbortController();
      fetch(holder.getAttribute("data-suggest") + "?q=" + encodeURIComponent(words), {
        signal: asking.signal, headers: { Accept: "application/json" }
      }).then(function (response) {
        if (!response.ok) { throw new Error(String(response.status)); }
        return response.json();
      }).then(function (answer) {
        known[words] = answer;
        if (field.value.trim() === words && document.activeElement === field) { show(answer); }
      }).catch(function () {
        /* An older question, or no answer: the field stays what it is. */
      });
    }

    function go(option) {
      var url = option.getAttribute("data-url");
      stop();
      open(false);
      /* Addresses of this site only. */
      if (url && url.charAt(0) === "/" && url.charAt(1) !== "/") { window.location.assign(url); }
    }

    field.addEventListener("input", function () {
      stop();
      open(false);
      said.textContent = "";
      timer = window.setTimeout(ask, WAIT);
    });

    field.addEventListener("keydown", function (event) {
      var count = list.children.length;
      if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) { return; }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) {
          if (count && known[field.value.trim()]) { open(true); } else { stop(); ask(); }
          event.preventDefault();
          if (list.hidden) { return; }
        }
        event.preventDefault();
        /* One stop between the last and the first is the field itself. */
        choose(event.key === "ArrowDown" ? (chosen + 2) % (count + 1) - 1 : (chosen + count + 1) % (count + 1) - 1);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        stop();
        open(false);
        said.textContent = "";
      } else if (event.key === "Enter" && chosen >= 0) {
        event.preventDefault();
        go(list.children[chosen]);
      } else if (event.key === "Tab") {
        stop();
        open(false);
      }
    });

    field.addEventListener("blur", function () { stop(); open(false); });
    /* The field keeps the focus, or the list would be gone before the click arrives. */
    list.addEventListener("mousedown", function (event) { event.preventDefault(); });
    list.addEventListener("click", function (event) {
      var option = event.target.closest ? event.target.closest("[role=option]") : null;
      if (option) { go(option); }
    });
  }

  Array.prototype.forEach.call(document.querySelectorAll("[data-suggest]"), equip);
}());
