/* Saves form[data-autosave] to the server while somebody types, and says so in the line of components/keep.html.
   keep.js keeps the same text in this browser until then: this script tells it what was saved ("enlace:saving",
   "enlace:saved"). Files, buttons and untyped changes are never sent. Words come from components/autosave.html.
   Without this script the buttons save, as ever. */
(function () {
  "use strict";

  if (!window.fetch || !window.FormData || !window.FormData.prototype.forEach) { return; }

  var PAUSE = 3000;     // after the last key
  var LEAST = 5000;     // between two savings
  var AGAIN = 15000;    // after a failure
  var PATIENCE = 20000; // for an answer

  function start(form) {
    var words = form.querySelector("[data-autosave-words]");
    var line = form.querySelector("[data-keep-status]");
    var place = document.querySelector("[data-autosave-conflict]");
    var version = form.querySelector("input[name=version]");
    if (!words || !line || !place || !version) { return; }
    var timer = null;
    var last = 0;        // when the last saving began
    var flying = null;   // the saving under way
    var dirty = false;
    var stopped = false; // a conflict waits, or the record is closed
    var submitter = null;
    var waiting = false; // a button was pressed during a saving

    function say(name, text) {
      var now = new Date();
      var clock = ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2);
      var said = text || (words.getAttribute("data-" + name) || "").replace("{time}", clock);
      if (said && line.textContent !== said) { line.textContent = said; }
    }

    function plan(wait) {
      if (stopped) { return; }
      clearTimeout(timer);
      timer = setTimeout(save, Math.max(wait, last + LEAST - Date.now()));
    }

    function answers() {
      var data = new FormData(form);
      var files = [];
      data.forEach(function (value, name) { if (typeof value !== "string") { files.push(name); } });
      files.forEach(function (name) { data.delete(name); });
      return data;
    }

    function save() {
      timer = null;
      if (flying || stopped) { return; }
      if (navigator.onLine === false) { failed(); return; }
      dirty = false;
      last = Date.now();
      form.dispatchEvent(new CustomEvent("enlace:saving"));
      var abort = window.AbortController ? new AbortController() : null;
      var late = setTimeout(function () { if (abort) { abort.abort(); } }, PATIENCE);
      flying = window.fetch(form.getAttribute("data-autosave"), {
        method: "POST", body: answers(), credentials: "same-origin", redirect: "manual",
        headers: { "Accept": "application/json" }, signal: abort ? abort.signal : undefined
      }).then(function (answer) {
        if (answer.type === "opaqueredirect") { return { state: "out" }; }
        var kind = answer.headers.get("Content-Type") || "";
        if (kind.indexOf("application/json") < 0) { return { state: answer.status < 500 ? "closed" : "failed" }; }
        return answer.json();
      }, function () { return { state: "failed" }; }).then(function (told) {
        clearTimeout(late);
        flying = null;
        heard(told);
        if (waiting) { waiting = false; form.requestSubmit(submitter || undefined); }
      });
    }

    function failed() {
      dirty = true;
      say("offline");
      plan(AGAIN);
    }

    function heard(told) {
      if (told.state === "saved") {
        version.value = told.version;
        Object.keys(told.ids).forEach(function (name) {
          var hidden = form.elements.namedItem(name);
          if (hidden) { hidden.value = told.ids[name]; }
        });
        form.setAttribute("data-keep-base", told.version);
        form.dispatchEvent(new CustomEvent("enlace:saved", { detail: { base: String(told.version), complete: told.complete } }));
        say(told.complete ? "saved" : "partly");
        if (dirty) { plan(PAUSE); }
      } else if (told.state === "conflict") {
        stopped = true;
        place.innerHTML = told.html;
        place.hidden = false;
        say("conflict");
      } else if (told.state === "wait") {
        plan(LEAST);
      } else if (told.state === "failed") {
        failed();
      } else {
        stopped = true;
        say(told.state === "out" ? "out" : "closed", told.message);
      }
    }

    function typed(event) {
      /* What keep.js puts back by itself was not typed now: the person decides about it first. */
      if (!event.isTrusted || event.target.type === "file") { return; }
      dirty = true;
      plan(PAUSE);
    }
    form.addEventListener("input", typed);
    form.addEventListener("change", typed);
    form.addEventListener("enlace:typed", function () { dirty = true; plan(PAUSE); });
    window.addEventListener("online", function () { if (dirty) { plan(0); } });

    place.addEventListener("click", function (event) {
      var mine = event.target.closest ? event.target.closest("[data-autosave-mine]") : null;
      if (!mine) { return; }
      version.value = mine.getAttribute("data-autosave-mine");
      stopped = false;
      place.hidden = true;
      place.textContent = "";
      form.querySelector("input:not([type=hidden]), textarea, select").focus();
      plan(0);
    });

    /* A button pressed during a saving waits for its answer, or the form would meet its own saving as a conflict. */
    document.addEventListener("submit", function (event) {
      if (event.target !== form) { return; }
      clearTimeout(timer);
      if (flying && form.requestSubmit) {
        event.preventDefault();
        event.stopImmediatePropagation();
        submitter = event.submitter || null;
        waiting = true;
      }
    }, true);
  }

  Array.prototype.forEach.call(document.querySelectorAll("form[data-autosave]"), start);
}());
