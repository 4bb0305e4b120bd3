// Says in words what allauth's script only writes on the console: a passkey that was refused, or a browser without any.
(function () {
  "use strict";
  function show(name) {
    document.querySelectorAll("[data-passkey]").forEach(function (note) {
      note.hidden = note.dataset.passkey !== name;
    });
  }
  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    show("failed");
  });
  if (!window.PublicKeyCredential) {
    show("missing");
  }
})();
