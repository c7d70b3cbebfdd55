// Talking to the server: the token of the address goes into a header, never into a link.

const token = new URLSearchParams(location.search).get("token") ?? "";

/** What the server said against a request, in words for a person. */
export class Refusal extends Error {}

async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      ...options,
      headers: { "X-Goldpan-Token": token, "Content-Type": "application/json" },
      cache: "no-store",
    });
  } catch {
    throw new Refusal(
      "The server does not answer. What you decided before is kept; this one is not. " +
        "Start goldpan review again and open the address it prints.",
    );
  }
  if (!answer.ok) {
    let line = `The server said ${answer.status}.`;
    try {
      line = (await answer.json()).error ?? line;
    } catch {
      // no JSON: the status has to do
    }
    throw new Refusal(line);
  }
  return answer;
}

/** A question; gives the JSON. */
export async function get(name, query = {}) {
  const wanted = Object.entries(query).filter(([, item]) => item !== "" && item !== undefined);
  return (await ask(`/api/${name}?${new URLSearchParams(wanted)}`)).json();
}

/** A decision or an undo; gives the JSON once it is on the disk. */
export async function post(name, body = {}) {
  return (await ask(`/api/${name}`, { method: "POST", body: JSON.stringify(body) })).json();
}

/** A file as an address that only this page can open. Give it back with URL.revokeObjectURL. */
export async function blob(name, query = {}) {
  return URL.createObjectURL(await (await ask(`/api/${name}?${new URLSearchParams(query)}`)).blob());
}
