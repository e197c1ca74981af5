// What an assessor notes on a visit, kept on the phone until the portal has it: answers and photos wait in a store of the
// browser, are sent when there is a connection, and are removed then. Where somebody else answered meanwhile both are shown.
const visit = document.getElementById("visit");
const { supplier, owner } = visit.dataset;
const here = `/work/visits/${supplier}/offline`;
const RETRY = 20000, SIDE = 1600, QUALITY = 0.8;
const FIELDS = ["level", "why", "reason", "note"];
let token = visit.dataset.token, sending = false;

const opened = new Promise((done, failed) => {
  const asked = indexedDB.open("visits", 1);
  asked.onupgradeneeded = () => {
    asked.result.createObjectStore("answers", { keyPath: ["owner", "supplier", "question"] });
    asked.result.createObjectStore("photos", { keyPath: "id", autoIncrement: true });
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

async function stored(name, mode, act) {
  const store = (await opened).transaction(name, mode).objectStore(name);
  return new Promise((done, failed) => {
    const asked = act(store);
    store.transaction.oncomplete = () => done(asked.result);
    store.transaction.onabort = () => failed(store.transaction.error);
  });
}
const put = (name, value) => stored(name, "readwrite", (store) => store.put(value));
const remove = (name, key) => stored(name, "readwrite", (store) => store.delete(key));
const all = async (name) => (await stored(name, "readonly", (store) => store.getAll())).filter((each) => each.owner === owner);
const keyOf = (answer) => [answer.owner, answer.supplier, answer.question];
const kept = (question) => stored("answers", "readonly", (store) => store.get([owner, supplier, question]));

const section = (question) => document.getElementById(question);
const field = (part, name) => part.querySelector(`[name="${name}"]`);

function tell(part, what, more = "") {
  const told = part && part.querySelector(".told");
  if (told) told.textContent = `${visit.dataset[what]} ${more}`.trim();
}

function show(part, answer) {
  FIELDS.forEach((name) => { field(part, name).value = answer[name]; });
}

async function note(part) {
  const question = part.id, before = await kept(question);
  const answer = { owner, supplier, question, version: before ? before.version : part.dataset.version, at: Date.now() };
  FIELDS.forEach((name) => { answer[name] = field(part, name).value; });
  await put("answers", answer);
  part.querySelector(".theirs").hidden = true;
  tell(part, "kept");
  await count();
  send();
}

async function count() {
  const waiting = [...(await all("answers")), ...(await all("photos"))].length;
  localStorage.setItem("visits-unsent", (await stored("answers", "readonly", (store) => store.count())) + (await stored("photos", "readonly", (store) => store.count())));
  document.getElementById("waiting").textContent = waiting ? `${visit.dataset.waiting} ${waiting}` : visit.dataset.none;
}

// Smaller, and without where and when it was taken: a camera writes that into its files.
async function shrunk(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

async function photograph(part, input) {
  for (const file of input.files) {
    try {
      await put("photos", { owner, supplier, question: part.id, name: `${part.id}.jpg`, blob: await shrunk(file) });
      tell(part, "photo");
    } catch {
      tell(part, "nophoto");
    }
  }
  input.value = "";
  await count();
  send();
}

async function ask(path, body) {
  return fetch(path, { method: "POST", body, headers: { "HX-Request": "true" } });
}

// After signing in anew, pages have other tokens: this one takes theirs.
async function renewed() {
  const answer = await fetch(here, { headers: { "HX-Request": "true" } });
  const found = answer.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("visit");
  if (!found || found.dataset.owner !== owner || found.dataset.token === token) return false;
  token = found.dataset.token;
  return true;
}

async function sent(path, make) {
  let answer = await ask(path, make());
  if ((answer.status === 401 || answer.status === 403) && (await renewed())) answer = await ask(path, make());
  const json = (answer.headers.get("content-type") || "").startsWith("application/json");
  return { status: answer.status, said: json ? await answer.json() : {} };
}

async function sendAnswer(answer) {
  const part = answer.supplier === supplier ? section(answer.question) : null;
  const make = () => new URLSearchParams([["token", token], ["version", answer.version], ...FIELDS.map((name) => [name, answer[name]])]);
  const { status, said } = await sent(`/work/visits/${answer.supplier}/offline/${answer.question}`, make);
  if (status === 200) {
    const now = await stored("answers", "readonly", (store) => store.get(keyOf(answer)));
    if (now && now.at !== answer.at) await put("answers", { ...now, version: said.version });
    else await remove("answers", keyOf(answer));
    if (part) part.dataset.version = said.version;
    tell(part, "sent");
    return true;
  }
  if (status === 412) {
    await put("answers", { ...answer, version: said.version, theirs: said.theirs });
    if (part) differ(part, said.theirs);
    return true;
  }
  if (said.detail) {
    await put("answers", { ...answer, refused: said.detail });
    tell(part, "refused", said.detail);
    return true;
  }
  tell(part, status === 401 || status === 403 ? "out" : "again");
  return false;
}

async function sendPhoto(photo) {
  const part = photo.supplier === supplier ? section(photo.question) : null;
  const make = () => {
    const form = new FormData();
    form.append("token", token);
    form.append("file", photo.blob, photo.name);
    return form;
  };
  const { status, said } = await sent(`/work/visits/${photo.supplier}/offline/${photo.question}/photo`, make);
  if (status === 200) {
    await remove("photos", photo.id);
    if (part) part.dataset.version = said.version;
    tell(part, "sent");
    return true;
  }
  tell(part, said.detail ? "refused" : status === 401 || status === 403 ? "out" : "again", said.detail || "");
  return Boolean(said.detail);
}

async function send() {
  if (sending || !navigator.onLine) return;
  sending = true;
  try {
    const asked = await all("answers");
    for (const answer of asked) {
      if (answer.theirs || answer.refused) continue;
      if (!(await sendAnswer(answer))) return;
    }
    const open = new Set((await all("answers")).map((each) => `${each.supplier} ${each.question}`));
    for (const photo of await all("photos")) {
      if (!open.has(`${photo.supplier} ${photo.question}`) && !(await sendPhoto(photo))) return;
    }
  } catch { /* no connection: tried again */
  } finally {
    sending = false;
    await count();
  }
}

function differ(part, theirs) {
  const box = part.querySelector(".theirs");
  const level = theirs.level === null ? visit.dataset.nolevel : theirs.level;
  box.querySelector("p").textContent = `${visit.dataset.both} ${level}. ${theirs.note} ${theirs.reason}`.trim();
  box.hidden = false;
  tell(part, "differs");
}

async function settle(part, mine) {
  const answer = await kept(part.id);
  if (!answer) return;
  part.querySelector(".theirs").hidden = true;
  if (mine) {
    delete answer.theirs;
    await put("answers", { ...answer, at: Date.now() });
    return send();
  }
  const { theirs } = answer;
  await remove("answers", keyOf(answer));
  part.dataset.version = answer.version;
  show(part, { ...theirs, level: theirs.level === null ? (theirs.why ? "none" : "") : String(theirs.level), why: theirs.why || "" });
  tell(part, "sent");
  return count();
}

async function take() {
  const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((each) => each.href || each.src);
  await navigator.serviceWorker.register("/work/visits/worker.js");
  const cache = await caches.open("visits");
  await cache.addAll([here, ...files]);
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  await taken();
}

async function leave() {
  await caches.delete("visits");
  const worker = await navigator.serviceWorker.getRegistration("/work/visits/");
  if (worker) await worker.unregister();
  await taken();
}

async function taken() {
  const there = await caches.match(here);
  document.getElementById("take").hidden = Boolean(there);
  document.getElementById("leave").hidden = !there;
  document.getElementById("along").textContent = there ? visit.dataset.along : "";
}

async function begin() {
  for (const answer of await all("answers")) {
    const part = answer.supplier === supplier && section(answer.question);
    if (!part) continue;
    show(part, answer);
    tell(part, answer.refused ? "refused" : "kept", answer.refused || "");
    if (answer.theirs) differ(part, answer.theirs);
  }
  await count();
  if ("serviceWorker" in navigator) await taken();
  visit.dataset.ready = "yes";
  send();
}

const typing = new Map();
visit.addEventListener("input", (event) => {
  const part = event.target.closest("section");
  if (!part || !FIELDS.includes(event.target.name)) return;
  clearTimeout(typing.get(part));
  typing.set(part, setTimeout(() => note(part), 300));
});
visit.addEventListener("change", (event) => {
  const part = event.target.closest("section");
  if (part && event.target.type === "file") photograph(part, event.target);
});
visit.addEventListener("click", (event) => {
  const part = event.target.closest("section");
  if (event.target.name === "mine") settle(part, true);
  if (event.target.name === "theirs") settle(part, false);
});
document.getElementById("take").addEventListener("click", take);
document.getElementById("leave").addEventListener("click", leave);
window.addEventListener("online", send);
setInterval(send, RETRY);
begin();
