// How the pages talk to the server: JSON out, problem+json back, the CSRF token renewed once when it went stale.

/** The server could not be reached; nothing is known about what it did. */
export class NetworkFailure extends Error {}

const meta = () => document.querySelector("meta[name=csrf-token]");
export const csrfToken = () => meta()?.content ?? "";

/** Send JSON and return {status, body}; `key` makes a repetition harmless. */
export async function send(url, { method = "POST", json, key, keepalive = false } = {}) {
  const answer = await attempt(url, { method, json, key, keepalive });
  if (!isStaleToken(answer) || !(await renewToken())) return answer;
  return attempt(url, { method, json, key, keepalive });
}

/** Read JSON; null when there is none to be had, for what a page can do without. */
export async function read(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return response.ok ? await readBody(response) : null;
  } catch {
    return null;
  }
}

async function attempt(url, { method, json, key, keepalive }) {
  const headers = { "Content-Type": "application/json", Accept: "application/json, application/problem+json", "X-CSRF-Token": csrfToken() };
  if (key) headers["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(url, { method, headers, body: JSON.stringify(json), credentials: "same-origin", keepalive });
  } catch (error) {
    throw new NetworkFailure(String(error), { cause: error });
  }
  return { status: response.status, body: await readBody(response), redirected: response.redirected, url: response.url };
}

async function readBody(response) {
  if (!/json/.test(response.headers.get("Content-Type") ?? "")) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

const isStaleToken = ({ status, body }) => (status === 400 || status === 403) && /csrf/.test(body?.type ?? "");

async function renewToken() {
  const page = await fetch(location.href, { credentials: "same-origin" }).then((response) => response.text(), () => "");
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("meta[name=csrf-token]")?.content;
  if (!fresh || fresh === csrfToken()) return false;
  meta().content = fresh;
  return true;
}

/** A random key; crypto.randomUUID is missing where the page comes over plain HTTP. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Upload one file; `progress` gets 0…1. Resolves to {status, body}, rejects with NetworkFailure. */
export function upload(url, file, { progress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", url);
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.setRequestHeader("Accept", "application/json, application/problem+json");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => total && progress(loaded / total);
    request.onload = () => resolve({ status: request.status, body: request.response });
    request.onerror = () => reject(new NetworkFailure("upload"));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
