// Uploads: files in parts, each at the offset where the server stands, at the end the SHA-256 of the whole. After a reload the same
// file, chosen again, goes on where it was. The box is ca_dash/settings/connect/upload_box.py; the routes are beside it.
(function () {
  "use strict";
  var ROUTE = "/settings/uploads", running = 0, queue = Promise.resolve();

  // SHA-256 (FIPS 180-4) in pieces: the browser's own wants the whole file at once.
  var K = new Uint32Array(64), START = new Uint32Array(8);
  (function () {
    var prime = 2, place = 0;
    function isPrime(n) { for (var d = 2; d * d <= n; d++) { if (n % d === 0) { return false; } } return true; }
    function bits(x) { return Math.floor((x - Math.floor(x)) * 4294967296); }
    for (; place < 64; prime++) {
      if (!isPrime(prime)) { continue; }
      if (place < 8) { START[place] = bits(Math.sqrt(prime)); }
      K[place++] = bits(Math.cbrt(prime));
    }
  }());
  function Sha256() { this.h = START.slice(); this.w = new Uint32Array(64); this.rest = new Uint8Array(0); this.length = 0; }
  Sha256.prototype.block = function (data, at) {
    var w = this.w, h = this.h, i, a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], q = h[7], s, t;
    for (i = 0; i < 16; i++, at += 4) { w[i] = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3]; }
    for (; i < 64; i++) {
      s = w[i - 15]; t = w[i - 2];
      w[i] = (w[i - 16] + ((s >>> 7 | s << 25) ^ (s >>> 18 | s << 14) ^ s >>> 3) + w[i - 7] + ((t >>> 17 | t << 15) ^ (t >>> 19 | t << 13) ^ t >>> 10)) | 0;
    }
    for (i = 0; i < 64; i++) {
      s = (q + ((e >>> 6 | e << 26) ^ (e >>> 11 | e << 21) ^ (e >>> 25 | e << 7)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      t = (((a >>> 2 | a << 30) ^ (a >>> 13 | a << 19) ^ (a >>> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      q = g; g = f; f = e; e = (d + s) | 0; d = c; c = b; b = a; a = (s + t) | 0;
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += q;
  };
  Sha256.prototype.update = function (data) {
    this.length += data.length;
    var at = 0;
    if (this.rest.length) {
      var joined = new Uint8Array(this.rest.length + data.length);
      joined.set(this.rest); joined.set(data, this.rest.length); data = joined;
    }
    for (; at + 64 <= data.length; at += 64) { this.block(data, at); }
    this.rest = data.slice(at);
  };
  Sha256.prototype.hex = function () {
    var length = this.length, pad = new Uint8Array((this.rest.length < 56 ? 64 : 128) - this.rest.length), view = new DataView(pad.buffer);
    pad[0] = 128;
    view.setUint32(pad.length - 8, Math.floor(length / 536870912)); view.setUint32(pad.length - 4, (length << 3) >>> 0);
    this.update(pad);
    return Array.from(this.h, function (word) { return word.toString(16).padStart(8, "0"); }).join("");
  };

  function box() { return document.getElementById("upload-box"); }
  function ask(method, path, body, isJson) {
    var headers = { "X-CSRF-Token": box() ? box().getAttribute("data-csrf") : "" };
    if (isJson) { headers["Content-Type"] = "application/json"; body = JSON.stringify(body); }
    return fetch(ROUTE + path, { method: method, headers: headers, body: body, credentials: "same-origin" }).then(function (answer) {
      if (answer.status === 401) { throw { message: "You were logged out. Log in again, then choose the file again: it goes on where it was." }; }
      return answer.json().catch(function () { return { message: "The server answered with an error (" + answer.status + "). Try again." }; })
        .then(function (content) { if (!answer.ok) { throw Object.assign({ status: answer.status }, content); } return content; });
    });
  }
  function size(bytes) { return bytes >= 1e9 ? (bytes / 1e9).toFixed(1) + " GB" : bytes >= 1e6 ? (bytes / 1e6).toFixed(1) + " MB" : Math.ceil(bytes / 1e3) + " kB"; }
  function key(file) { return "ca-upload:" + [file.name, file.size, file.lastModified].join(":"); }

  function row(name) {
    var list = document.getElementById("upload-list"), item = document.createElement("li"), bar = document.createElement("progress");
    var title = document.createElement("span"), text = document.createElement("span");
    title.textContent = name; title.className = "ca-upload-name"; text.className = "ca-muted"; bar.max = 1; bar.value = 0;
    bar.setAttribute("aria-label", "Upload of " + name);
    item.append(title, bar, text);
    if (list) { list.append(item); }
    return {
      item: item,
      say: function (share, words) { bar.value = share; text.textContent = words; },
      fail: function (words) { item.classList.add("is-failed"); bar.remove(); text.textContent = words; text.setAttribute("role", "alert"); },
      done: function (words) { item.classList.add("is-done"); bar.remove(); text.textContent = words; },
      button: function (words, act) {
        var button = document.createElement("button");
        button.type = "button"; button.textContent = words; button.className = "ca-upload-button"; button.addEventListener("click", act); item.append(button);
      }
    };
  }

  function begin(file, batch) {
    var known = localStorage.getItem(key(file));
    var fresh = function () { return ask("POST", "", { name: file.name, size: file.size, batch: batch || null }, true); };
    return known ? ask("GET", "/" + known).catch(fresh) : fresh();
  }

  async function send(file, upload, shown) {
    var hash = new Sha256(), at = 0, tries = 0;
    while (at < file.size) {
      var part = new Uint8Array(await file.slice(at, at + upload.chunk).arrayBuffer());
      if (upload.offset < at + part.length) {
        var from = upload.offset - at;
        try {
          upload = await ask("PUT", "/" + upload.id + "?offset=" + upload.offset, part.subarray(from));
          tries = 0;
        } catch (error) {
          if (error.offset === null || error.offset === undefined) {
            if (error.status && error.status < 500 || ++tries > 5) { throw error; }
            await new Promise(function (next) { setTimeout(next, 500 * Math.pow(2, tries)); }); // the network was away for a moment
            upload = Object.assign({}, upload, await ask("GET", "/" + upload.id).catch(function () { return {}; }));
          } else { upload.offset = error.offset; }
          if (upload.offset < at) { throw { message: "The upload was begun anew elsewhere. Choose the file again." }; }
          continue;
        }
      }
      hash.update(part);
      at += part.length;
      shown.say(at / file.size, size(at) + " of " + size(file.size));
    }
    shown.say(1, "Checking the file");
    return ask("POST", "/" + upload.id + "/complete", { sha256: hash.hex() }, true);
  }

  async function take(files) {
    var batch = box().getAttribute("data-batch"), last = null;
    if (!batch) { document.querySelectorAll("#upload-list li.is-failed").forEach(function (item) { item.remove(); }); }
    running += 1;
    for (var file of files) {
      var shown = row(file.name);
      try {
        var upload = await begin(file, batch);
        localStorage.setItem(key(file), upload.id);
        document.querySelectorAll('#upload-list li[data-id="' + upload.id + '"]').forEach(function (item) { item.remove(); });
        last = await send(file, upload, shown);
        batch = last.batch;
        if (box()) { box().setAttribute("data-batch", batch); }
        shown.done(size(file.size) + (last.names.length > 1 ? ", " + last.names.length + " files in it" : ", complete"));
        localStorage.removeItem(key(file));
      } catch (error) {
        shown.fail(error.message || "The connection broke off. Choose the file again: it goes on where it was.");
        if (error.status) { localStorage.removeItem(key(file)); } // refused, and nothing of it is there any more
      }
    }
    running -= 1;
    if (last) { window.dash_clientside.set_props("source-batch", { data: { batch: last.batch, files: last.files, at: Date.now() } }); }
  }
  function add(files) { files = Array.from(files); if (files.length) { queue = queue.then(function () { return take(files); }); } }

  // The input is made here: Dash has none for files that keeps them out of its own state.
  function dress() {
    var drop = document.getElementById("upload-drop");
    if (!drop || drop.querySelector("input")) { return; }
    var input = document.createElement("input");
    input.type = "file"; input.id = "upload-files"; input.multiple = true; input.className = "ca-drop-input";
    input.accept = ".csv,.tsv,.txt,.gz,.zip,.parquet,.pq";
    input.addEventListener("change", function () { add(input.files); input.value = ""; });
    drop.append(input);
    ask("GET", "").then(function (uploads) {
      uploads.forEach(function (upload) {
        if (!box()) { return; }
        var shown = row(upload.name);
        shown.item.setAttribute("data-id", upload.id);
        shown.say(upload.offset / upload.size, size(upload.offset) + " of " + size(upload.size) + " are here. Choose the file again to go on.");
        shown.button("Remove", function () { ask("DELETE", "/" + upload.id).finally(function () { shown.item.remove(); }); });
      });
    }).catch(function () { return null; });
  }
  new MutationObserver(dress).observe(document.documentElement, { childList: true, subtree: true });

  ["dragover", "dragleave", "drop"].forEach(function (kind) {
    document.addEventListener(kind, function (event) {
      var drop = event.target.closest && event.target.closest("#upload-drop");
      if (!document.getElementById("upload-drop")) { return; }
      event.preventDefault(); // beside the box too: else the browser would open the file in place of the page
      if (drop) { drop.classList.toggle("is-over", kind === "dragover"); }
      if (kind === "drop" && drop) { add(event.dataTransfer.files); }
    });
  });
  window.addEventListener("beforeunload", function (event) { if (running) { event.preventDefault(); } });
}());
