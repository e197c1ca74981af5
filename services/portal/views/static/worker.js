// A visit that somebody took along: its page, and the files that the page needs, for when there is no connection. Answers
// and photos are none of its business: offline.js keeps them.
const KEPT = "visits";
const PAGE = /^\/work\/visits\/[0-9a-f-]{36}\/offline$/;
const HOURS = 72; // Longer than a visit; a phone that is lost has no more of it then.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(asset(event.request));
  else if (event.request.mode === "navigate" && PAGE.test(url.pathname)) event.respondWith(page(event.request, url.pathname));
});

async function asset(request) {
  return (await caches.match(request)) || fetch(request);
}

async function page(request, path) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(path);
  const old = kept && Date.now() - Date.parse(kept.headers.get("date")) > HOURS * 3600000;
  if (old) await cache.delete(path);
  try {
    const fresh = await fetch(request);
    if (kept && fresh.ok) await cache.put(path, fresh.clone());
    return fresh;
  } catch (error) {
    if (kept && !old) return kept;
    throw error;
  }
}
