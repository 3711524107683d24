// The table of leases: asked for by a press of the button, since each lease costs a call to the leader.
import { call } from './calls.js';
import { bytesOf, keyText } from './values.js';
import { byId, hexId, number, short, table } from './view.js';

const SHOWN_MAX = 50;
const KEYS_SHOWN_MAX = 5;

function keysText(keys) {
  const names = keys.slice(0, KEYS_SHOWN_MAX).map((key) => keyText(bytesOf(key)));
  return names.join(', ') + (keys.length > KEYS_SHOWN_MAX ? ` and ${keys.length - KEYS_SHOWN_MAX} more` : '');
}

async function showLeases() {
  const count = byId('leases-count');
  try {
    const ids = ((await call('/v3/lease/leases')).leases || []).map((lease) => lease.ID);
    const shown = await Promise.all(ids.slice(0, SHOWN_MAX).map((ID) => call('/v3/lease/timetolive', { ID, keys: true })));
    count.textContent = (ids.length === 1 ? '1 lease' : `${ids.length} leases`) + (ids.length > SHOWN_MAX ? `, the first ${SHOWN_MAX} to expire` : '');
    // One that expired since it was listed has a remaining time of -1.
    table(byId('leases'), [short('Lease'), number('Left'), number('Granted'), 'Keys'],
      shown.filter((lease) => Number(lease.TTL) !== -1).map((lease) => [
        hexId(lease.ID), `${lease.TTL || 0} s`, `${lease.grantedTTL || 0} s`, keysText(lease.keys || [])]));
  } catch (failure) {
    count.textContent = failure.message;
  }
}

byId('show-leases').onclick = showLeases;
