// The member's public API, on behalf of whoever logged in. Nothing is sent that changes anything.

let token = '';

export class Refused extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

export async function call(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  if (token) headers.Authorization = token;
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body || {}) });
  const text = await answer.text();
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Refused(text.trim() || answer.statusText);
  }
  if (!answer.ok) throw new Refused(json.message || answer.statusText, json.code);
  return json;
}

export async function page(path) {
  return (await fetch(path)).text();
}

export async function logIn(name, password) {
  token = '';
  token = (await call('/v3/auth/authenticate', { name, password })).token;
}

export function logOut() {
  token = '';
}

/** Whether somebody else's rights would help: no user, no right, an old token. */
export const wantsLogin = (failure) => failure instanceof Refused && [3, 7, 16].includes(failure.code);
