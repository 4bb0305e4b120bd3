/* Keeps what somebody types in form[data-keep] until the server says that it is saved.
   Everything stays in this browser (localStorage); passwords, files and hidden fields are never kept.
   autosave.js tells this script what the server has saved meanwhile.
   All words come from components/keep.html. Without this script the forms work as they are. */
(function () {
  "use strict";

  var PREFIX = "enlace.keep.";
  var MONTH = 30 * 24 * 3600 * 1000;
  var store;
  try {
    store = window.localStorage;
    store.setItem(PREFIX + "?", "1");
    store.removeItem(PREFIX + "?");
  } catch (error) {
    store = null;
  }

  function each(list, act) { Array.prototype.forEach.call(list, act); }

  function forget(key) { if (store) { store.removeItem(PREFIX + key); } }

  function read(key) {
    try { return JSON.parse(store.getItem(PREFIX + key)); } catch (error) { return null; }
  }

  function keys() {
    return Object.keys(store).filter(function (name) { return name.indexOf(PREFIX) === 0; });
  }

  function keepable(field) {
    return field.name && !field.disabled && !field.readOnly &&
      ["hidden", "password", "file", "submit", "button", "reset", "image"].indexOf(field.type) < 0;
  }

  /* name -> list of values; a group of boxes gives the list of those ticked, perhaps empty */
  function values(form) {
    var found = {};
    each(form.elements, function (field) {
      if (!keepable(field)) { return; }
      var list = found[field.name] = found[field.name] || [];
      if (field.type === "checkbox" || field.type === "radio") {
        if (field.checked) { list.push(field.value); }
      } else if (field.type === "select-multiple") {
        each(field.options, function (option) { if (option.selected) { list.push(option.value); } });
      } else {
        list.push(field.value.replace(/\r\n/g, "\n"));
      }
    });
    return found;
  }

  function fill(form, kept) {
    var place = {};
    each(form.elements, function (field) {
      if (!keepable(field) || !Array.isArray(kept[field.name])) { return; }
      var list = kept[field.name];
      if (field.type === "checkbox" || field.type === "radio") {
        field.checked = list.indexOf(field.value) >= 0;
      } else if (field.type === "select-multiple") {
        each(field.options, function (option) { option.selected = list.indexOf(option.value) >= 0; });
      } else {
        var position = place[field.name] || 0;
        place[field.name] = position + 1;
        if (position < list.length) { field.value = list[position]; }
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  /* Only the fields that both know: a form may have changed since. */
  function differs(kept, shown) {
    return Object.keys(kept).some(function (name) {
      return shown[name] && JSON.stringify(kept[name]) !== JSON.stringify(shown[name]);
    });
  }

  function watch(form) {
    var key = form.getAttribute("data-keep");
    var base = form.getAttribute("data-keep-base") || "";
    var status = form.querySelector("[data-keep-status]");
    var note = form.querySelector("[data-keep-note]");
    var shown = values(form);
    var had = false;      // something unsaved was found when the page came
    var timer = null;
    var waiting = null;   // the button of a sending that waits for the line
    var going = false;    // a sending is under way
    var checked = false;  // the line answered: let the browser send

    function say(name) {
      if (status && status.getAttribute("data-" + name)) { status.textContent = status.getAttribute("data-" + name); }
    }

    function keep() {
      clearTimeout(timer);
      timer = null;
      if (!store) { return; }
      var now = values(form);
      if (!had && !differs(now, shown)) { forget(key); return; }
      try {
        store.setItem(PREFIX + key, JSON.stringify({ at: Date.now(), base: base, values: now }));
      } catch (error) {
        say("full");
      }
    }

    function offer(kept) {
      if (!note) { fill(form, kept.values); return; }
      var stale = kept.base !== base;
      var restore = note.querySelector("[data-keep-restore]");
      var discard = note.querySelector("[data-keep-discard]");
      function tell(isStale) {
        each(note.querySelectorAll("[data-keep-restored]"), function (one) { one.hidden = isStale; });
        each(note.querySelectorAll("[data-keep-stale]"), function (one) { one.hidden = !isStale; });
        if (restore) { restore.hidden = !isStale; }
      }
      if (!stale) { fill(form, kept.values); }
      tell(stale);
      note.hidden = false;
      /* The note stands where it is read first. */
      form.insertBefore(note, form.firstChild);
      if (restore) {
        restore.addEventListener("click", function () {
          fill(form, kept.values);
          tell(false);
          keep();
          if (discard) { discard.focus(); }
        });
      }
      if (discard) {
        discard.addEventListener("click", function () {
          had = false;
          fill(form, shown);
          keep();
          note.hidden = true;
          var first = form.querySelector("input:not([type=hidden]), textarea, select");
          if (first) { first.focus(); }
        });
      }
    }

    function rest() {
      going = false;
      checked = false;
      form.removeAttribute("aria-busy");
      each(form.querySelectorAll("[type=submit]"), function (button) { button.removeAttribute("aria-disabled"); });
    }

    function hold(button) {
      keep();
      waiting = button || true;
      rest();
      say("offline");
    }

    function send(button) {
      checked = true;
      if (form.requestSubmit) {
        form.requestSubmit(button && button.form === form ? button : undefined);
        if (checked) { rest(); }  // the browser found an answer missing and sent nothing
        return;
      }
      if (button && button.name) {
        var carrier = document.createElement("input");
        carrier.type = "hidden";
        carrier.name = button.name;
        carrier.value = button.value;
        form.appendChild(carrier);
      }
      form.submit();
    }

    /* Any answer of our own server will do: the question is whether there is a line. */
    function knock(found, lost) {
      if (navigator.onLine === false) { lost(); return; }
      if (!window.fetch) { found(); return; }
      var late = setTimeout(function () { late = null; lost(); }, 15000);
      function once(act) {
        return function () {
          if (late === null) { return; }
          clearTimeout(late);
          late = null;
          act();
        };
      }
      var icon = document.querySelector("link[rel=icon]");
      window.fetch(form.getAttribute("data-keep-ping") || (icon ? icon.href : "/"), { method: "HEAD", cache: "no-store" })
        .then(once(found), once(lost));
    }

    if (store) {
      var kept = read(key);
      /* The same as what is shown: an answer came back with an error and is still not saved. Keep it. */
      had = Boolean(kept && kept.values);
      if (had && differs(kept.values, shown)) { offer(kept); }
    }

    /* autosave.js: what was sent is what is shown from now on; what is not complete yet stays kept. */
    var sent = null;
    form.addEventListener("enlace:saving", function () { sent = values(form); });
    form.addEventListener("enlace:saved", function (event) {
      base = event.detail.base;
      if (event.detail.complete && sent) {
        shown = sent;
        had = false;
        var offered = note && note.querySelector("[data-keep-restore]:not([hidden])");
        if (note && !offered) { note.hidden = true; }
      }
      keep();
    });

    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(keep, 400);
    });
    form.addEventListener("change", keep);
    window.addEventListener("pagehide", function () { if (timer !== null) { keep(); } });

    form.addEventListener("submit", function (event) {
      if (event.defaultPrevented) { return; }
      if (checked) {
        checked = false;
        form.setAttribute("aria-busy", "true");
        /* After the browser has read the form, so that the button's own value is sent. */
        setTimeout(function () {
          each(form.querySelectorAll("[type=submit]"), function (button) { button.setAttribute("aria-disabled", "true"); });
        }, 0);
        setTimeout(rest, 60000);
        return;
      }
      event.preventDefault();
      if (going) { return; }
      going = true;
      waiting = null;
      var button = event.submitter || null;
      keep();
      say("sending");
      knock(function () { send(button); }, function () { hold(button); });
    });

    window.addEventListener("online", function () {
      if (!waiting || going) { return; }
      var button = waiting === true ? null : waiting;
      waiting = null;
      going = true;
      say("back");
      knock(function () { send(button); }, function () { hold(button); });
    });

    /* Back from the next page: the form may be sent again. */
    window.addEventListener("pageshow", function (event) { if (event.persisted) { rest(); } });
  }

  /* Forms that keep nothing, but must not be sent twice. */
  function once(form) {
    var going = false;
    form.addEventListener("submit", function (event) {
      if (going) { event.preventDefault(); return; }
      going = true;
      form.setAttribute("aria-busy", "true");
    });
    window.addEventListener("pageshow", function (event) {
      if (event.persisted) { going = false; form.removeAttribute("aria-busy"); }
    });
  }

  if (store) {
    each(document.querySelectorAll("[data-kept-clear]"), function (one) { forget(one.getAttribute("data-kept-clear")); });
    keys().forEach(function (name) {
      var kept = read(name.slice(PREFIX.length));
      if (!kept || !kept.at || Date.now() - kept.at > MONTH) { store.removeItem(name); }
    });
    /* Whoever signs out may leave a shared machine. */
    each(document.querySelectorAll("form[data-keep-forget]"), function (form) {
      form.addEventListener("submit", function () { keys().forEach(function (name) { store.removeItem(name); }); });
    });
  }
  each(document.querySelectorAll("form[data-keep]"), watch);
  each(document.querySelectorAll("form[data-once]:not([data-keep])"), once);
}());
