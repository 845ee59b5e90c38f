// Tells the service what a person did here: touched the page, played the message, heard so many seconds of it.
// The page works without it. A previewer touches nothing, so it counts as nobody.
"use strict";
(function () {
  var page = document.getElementById("page");
  if (!page) return;
  var at = "/m/" + page.dataset.code + "/";
  var told = false;

  function send(what, fields) {
    var body = new URLSearchParams(fields || {});
    if (!(navigator.sendBeacon && navigator.sendBeacon(at + what, body))) {
      fetch(at + what, { method: "POST", body: body, keepalive: true }).catch(function () {});
    }
  }

  function opened(event) {
    if (told || !event.isTrusted) return;
    told = true;
    send("opened");
  }
  ["pointerdown", "keydown", "touchstart", "wheel"].forEach(function (kind) {
    addEventListener(kind, opened, { passive: true });
  });

  function name() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.from(bytes, function (one) { return ("0" + one.toString(16)).slice(-2); }).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }

  document.querySelectorAll("#sound, .sound").forEach(function (sound) {
    // What was heard is counted by the tenth of the message: the same stretch twice is heard once.
    var play = null, tenths = [], heard = 0, last = 0, reported = -1;
    function count(from, to) {
      for (var tenth = Math.floor(from * 10); tenth < Math.floor(to * 10); tenth++) {
        if (tenths[tenth]) continue;
        tenths[tenth] = true;
        heard += 0.1;
      }
    }
    function report() {
      var seconds = Math.round(heard);
      if (play && seconds !== reported) {
        reported = seconds;
        send("played", { play: play, seconds: seconds });
      }
    }
    sound.addEventListener("playing", function () {
      last = sound.currentTime;
      if (play) return;
      play = name(); tenths = []; heard = 0; reported = -1;
      report();
    });
    sound.addEventListener("timeupdate", function () {
      var step = sound.currentTime - last;
      last = sound.currentTime;
      if (step > 0 && step < 2) count(last - step, last);
      // early, and then now and again: a phone that dies, or a browser that is swept away, says no goodbye
      if ((heard >= 5 && reported < 5) || heard >= reported + 15) report();
    });
    sound.addEventListener("seeking", function () { last = sound.currentTime; });
    sound.addEventListener("pause", report);
    sound.addEventListener("ended", function () { report(); play = null; });
    addEventListener("pagehide", report);
    document.addEventListener("visibilitychange", function () { if (document.hidden) report(); });
  });

  // A second tap while the first is on its way: the service would make one charge of both, too.
  document.querySelectorAll("form").forEach(function (form) {
    var gone = false;
    form.addEventListener("submit", function (event) {
      if (gone) { event.preventDefault(); return; }
      gone = true;
      form.querySelectorAll("button").forEach(function (one) { one.setAttribute("aria-disabled", "true"); });
    });
    addEventListener("pageshow", function () {
      gone = false;
      form.querySelectorAll("button").forEach(function (one) { one.removeAttribute("aria-disabled"); });
    });
  });
})();
