// The browser of keys: names by prefix, a page at a time; a value and its past when it is chosen.
import { call } from './calls.js';
import { base64Of, bytesOf, decoded, keyText, prefixEnd } from './values.js';
import { byId, grouped, hexId, linkButton, number, short, table } from './view.js';

const PAGE_KEYS = 100;
const FIRST_KEY = Uint8Array.of(0);
const COLUMNS = ['Key', number('Created'), number('Modified'), number('Version'), short('Lease')];

/** What is listed: all of it at the revision of the first page. */
let listing;
/** Whose value is shown: the present pair, and the revisions that one came from by pressing Older. */
let chosen;

async function list(from) {
  const answer = await call('/v3/kv/range', {
    key: base64Of(from), range_end: base64Of(listing.end), limit: PAGE_KEYS, keys_only: true,
    revision: listing.revision });
  const pairs = answer.kvs || [];
  // A page in the middle counts from where it begins.
  if (!listing.revision) {
    listing.revision = answer.header.revision;
    listing.count = Number(answer.count || 0);
  }
  listing.shown += pairs.length;
  byId('count').textContent = listing.shown < listing.count
    ? `${grouped(listing.shown)} of ${grouped(listing.count)} keys at revision ${grouped(listing.revision)}`
    : `${grouped(listing.count)} keys at revision ${grouped(listing.revision)}`;
  table(byId('keys'), COLUMNS, pairs.map((pair) => [
    linkButton(keyText(bytesOf(pair.key)), () => guarded(() => choose(pair.key, listing.revision))),
    grouped(pair.create_revision), grouped(pair.mod_revision), grouped(pair.version),
    pair.lease ? hexId(pair.lease) : '']));
  listing.next = pairs.length ? Uint8Array.of(...bytesOf(pairs[pairs.length - 1].key), 0) : undefined;
  byId('more').hidden = !answer.more;
}

async function choose(key, revision) {
  chosen = { key, newer: [] };
  await showAt(revision);
  byId('pair').hidden = false;
  byId('pair').scrollIntoView({ block: 'nearest' });
}

async function showAt(revision) {
  const answer = await call('/v3/kv/range', { key: chosen.key, revision });
  const pair = (answer.kvs || [])[0];
  byId('pair-key').textContent = keyText(bytesOf(chosen.key));
  const value = pair ? decoded(bytesOf(pair.value)) : { kind: 'No such key at this revision', text: '' };
  byId('pair-kind').textContent = value.kind;
  byId('pair-value').textContent = value.text;
  byId('pair-value').hidden = !pair;
  byId('pair-facts').textContent = pair
    ? `version ${grouped(pair.version)}, modified at revision ${grouped(pair.mod_revision)}, created at ${grouped(pair.create_revision)}` : '';
  chosen.revision = revision;
  // Before its creation there was nothing, or an earlier life of the key, which nothing points to.
  chosen.older = pair && Number(pair.version) > 1 ? String(BigInt(pair.mod_revision) - 1n) : undefined;
  byId('older').disabled = !chosen.older;
  byId('newer').disabled = !chosen.newer.length;
}

async function guarded(action) {
  try {
    await action();
    byId('count').classList.remove('bad');
  } catch (failure) {
    byId('count').textContent = failure.message;
    byId('count').classList.add('bad');
  }
}

byId('browse').onsubmit = (event) => {
  event.preventDefault();
  const prefix = new TextEncoder().encode(byId('prefix').value);
  listing = { end: prefixEnd(prefix), shown: 0, count: 0 };
  byId('pair').hidden = true;
  return guarded(() => list(prefix.length ? prefix : FIRST_KEY));
};
byId('more').onclick = () => guarded(() => list(listing.next));
byId('older').onclick = () => guarded(async () => {
  const before = chosen.revision;
  await showAt(chosen.older);
  chosen.newer.push(before);
  byId('newer').disabled = false;
});
byId('newer').onclick = () => guarded(() => showAt(chosen.newer.pop()));
