'use strict';
// Everything shown is asked of the public API, and nothing is sent that changes anything.
const byId = (id) => document.getElementById(id);
const REFRESH_MILLIS = 2000;
let token = '';

async function call(path, body) {
  const headers = { 'Content-Type': 'application/json' };
  if (token) headers.Authorization = token;
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body || {}) });
  const json = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(json.message || answer.statusText), { code: json.code });
  return json;
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function table(target, head, rows, choose) {
  target.replaceChildren();
  const top = target.createTHead().insertRow();
  head.forEach((title) => top.append(element('th', title.text || title, title.number ? 'number' : '')));
  const body = target.createTBody();
  rows.forEach((cells, index) => {
    const row = body.insertRow();
    cells.forEach((cell, column) => row.append(element('td', cell, head[column].number ? 'number' : '')));
    if (choose) {
      row.className = 'choice';
      row.tabIndex = 0;
      row.onclick = () => choose(index);
      row.onkeydown = (event) => { if (event.key === 'Enter') choose(index); };
    }
  });
}

function facts(target, pairs) {
  target.replaceChildren();
  pairs.forEach(([name, value]) => target.append(element('dt', name), element('dd', value)));
}

function bytes(count) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let size = Number(count), unit = 0;
  while (size >= 1024 && unit < units.length - 1) { size /= 1024; unit++; }
  return (unit ? size.toFixed(1) : size) + ' ' + units[unit];
}

const hex = (decimal) => BigInt(decimal || 0).toString(16);

function parseMetrics(text) {
  const metrics = new Map();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:0-9]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) continue;
    const list = metrics.get(match[1]) || [];
    list.push({ labels: match[2] || '', value: Number(match[3]) });
    metrics.set(match[1], list);
  }
  return metrics;
}

const single = (metrics, name) => (metrics.get(name) || [{ value: 0 }]).reduce((sum, one) => sum + one.value, 0);

function histogram(metrics, name, filter) {
  const buckets = new Map();
  for (const one of metrics.get(name + '_bucket') || []) {
    if (filter && !one.labels.includes(filter)) continue;
    const bound = /le="([^"]*)"/.exec(one.labels)[1];
    buckets.set(bound, (buckets.get(bound) || 0) + one.value);
  }
  let below = 0;
  return [...buckets].sort(([a], [b]) => (a === '+Inf' ? 1 : b === '+Inf' ? -1 : a - b))
    .map(([bound, total]) => { const own = total - below; below = total; return { bound, count: own }; });
}

function millis(bound) {
  if (bound === '+Inf') return 'more';
  const seconds = Number(bound);
  return seconds < 1 ? +(seconds * 1000).toFixed(1) + ' ms' : +seconds.toFixed(1) + ' s';
}

function quantile(buckets, share) {
  const total = buckets.reduce((sum, one) => sum + one.count, 0);
  let seen = 0;
  for (const one of buckets) { seen += one.count; if (seen >= total * share) return '≤ ' + millis(one.bound); }
  return '–';
}

function showLatency(metrics) {
  const target = byId('latency');
  target.replaceChildren();
  for (const [title, name, filter] of [
    ['Log sync', 'etcd_disk_wal_fsync_duration_seconds', ''],
    ['Database commit', 'etcd_disk_backend_commit_duration_seconds', ''],
    ['Put', 'etcd_server_request_duration_seconds', 'type="Put"'],
    ['Range', 'etcd_server_request_duration_seconds', 'type="Range"'],
  ]) {
    const buckets = histogram(metrics, name, filter);
    const total = buckets.reduce((sum, one) => sum + one.count, 0);
    const row = element('div', undefined, 'row');
    const line = element('p', title);
    line.append(element('b', total ? `${total} · p50 ${quantile(buckets, .5)} · p99 ${quantile(buckets, .99)}` : 'nothing yet'));
    row.append(line);
    if (total) {
      const bars = element('div', undefined, 'bars');
      const most = Math.max(...buckets.map((one) => one.count));
      for (const one of buckets) {
        const bar = element('i');
        bar.style.height = 100 * Math.sqrt(one.count / most) + '%';
        bar.title = `${one.count} up to ${millis(one.bound)}`;
        bars.append(bar);
      }
      row.append(bars);
    }
    target.append(row);
  }
}

function showSpace(status) {
  const size = Number(status.dbSize || 0), used = Number(status.dbSizeInUse || 0);
  const quota = Number(status.dbSizeQuota || 0);
  const target = byId('space');
  target.replaceChildren();
  for (const [title, part, whole, text] of [
    ['File of quota', size, quota, quota > 0 ? `${bytes(size)} of ${bytes(quota)}` : `${bytes(size)}, no quota`],
    ['In use of file', used, size, `${bytes(used)} of ${bytes(size)}`],
  ]) {
    const row = element('div', undefined, 'row');
    const line = element('p', title);
    line.append(element('b', text));
    const meter = element('div', undefined, 'meter');
    const filled = element('i');
    filled.style.width = (whole > 0 ? Math.min(100, 100 * part / whole) : 0) + '%';
    meter.append(filled);
    row.append(line, meter);
    target.append(row);
  }
}

const REMEDIES = {
  NOSPACE: 'compact the history, defragment each member, then disarm: etcdctl alarm disarm',
  CORRUPT: 'replace the member: remove it, clear its data directory, add it again',
};

// The status tells alarms as "memberID:123 alarm:NOSPACE ", and other complaints in words.
function showAlarms(errors) {
  byId('alarms-section').hidden = errors.length === 0;
  byId('alarms').replaceChildren(...errors.map((error) => {
    const alarm = /memberID:(\d+) alarm:(\w+)/.exec(error);
    return element('li', alarm
      ? `${alarm[2]} on member ${hex(alarm[1])}: ${REMEDIES[alarm[2]] || ''}` : error, 'bad');
  }));
}

async function refresh() {
  try {
    const [status, members, metricsText, ready, live] = await Promise.all([
      call('/v3/maintenance/status'),
      call('/v3/cluster/member/list'),
      fetch('/metrics').then((answer) => answer.text()),
      fetch('/readyz?verbose').then((answer) => answer.text()),
      fetch('/livez?verbose').then((answer) => answer.text()),
    ]);
    const metrics = parseMetrics(metricsText);
    const own = status.header.member_id;
    byId('version').textContent = status.version;
    table(byId('members'), ['Name', 'Id', 'Role', 'Peer URLs', 'Client URLs'],
      (members.members || []).map((member) => [
        member.name || '(not started)', hex(member.ID),
        member.ID === status.leader ? 'leader' : member.isLearner ? 'learner' : 'follower',
        (member.peerURLs || []).join(' '), (member.clientURLs || []).join(' ')]));
    facts(byId('facts'), [
      ['Id', hex(own)],
      ['Role', status.leader === own ? 'leader' : status.isLearner ? 'learner' : 'follower'],
      ['Term', status.raftTerm || '0'],
      ['Index', status.raftIndex || '0'],
      ['Applied', status.raftAppliedIndex || '0'],
      ['Waiting to be applied', String(BigInt(status.raftIndex || 0) - BigInt(status.raftAppliedIndex || 0))],
      ['Revision', status.header.revision || '0'],
      ['Resident memory', bytes(single(metrics, 'process_resident_memory_bytes'))],
    ]);
    byId('checks').replaceChildren(...[...new Set((ready + live).split('\n'))].filter((line) => line.startsWith('['))
      .map((line) => element('li', line, line.startsWith('[+]') ? 'good' : 'bad')));
    showSpace(status);
    showLatency(metrics);
    showAlarms(status.errors || []);
    const count = (name) => String(single(metrics, name));
    facts(byId('activity'), [
      ['Watch streams', count('etcd_debugging_mvcc_watch_stream_total')],
      ['Watchers', count('etcd_debugging_mvcc_watcher_total')],
      ['of them behind', count('etcd_debugging_mvcc_slow_watcher_total')],
      ['Leases granted since start', count('etcd_debugging_lease_granted_total')],
      ['Leases revoked since start', count('etcd_debugging_lease_revoked_total')],
      ['Keys', count('etcd_debugging_mvcc_keys_total')],
    ]);
    const healthy = !(ready + live).includes('[-]');
    byId('verdict').textContent = healthy ? 'Healthy' : 'Not healthy';
    byId('verdict').className = healthy ? 'good' : 'bad';
    byId('login').hidden = true;
  } catch (failure) {
    const isRefused = [3, 7, 16].includes(failure.code);
    byId('login').hidden = !isRefused;
    byId('verdict').textContent = isRefused ? 'Log in to see more' : 'No answer: ' + failure.message;
    byId('verdict').className = 'bad';
  } finally {
    setTimeout(refresh, REFRESH_MILLIS);
  }
}

const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const raw = (base64) => Uint8Array.from(atob(base64 || ''), (letter) => letter.charCodeAt(0));
const text = (array) => new TextDecoder().decode(array);

function prefixEnd(array) {
  const end = [...array];
  while (end.length && end[end.length - 1] === 255) end.pop();
  if (!end.length) return 'AA==';
  end[end.length - 1]++;
  return btoa(String.fromCharCode(...end));
}

// Kubernetes keeps protobuf behind four bytes of magic: a TypeMeta { 1 apiVersion, 2 kind } in field 1.
function envelope(array) {
  if (array.length < 6 || text(array.subarray(0, 4)) !== 'k8s\0') return '';
  const field = (bytes, wanted) => {
    for (let at = 0; at + 1 < bytes.length;) {
      const tag = bytes[at], length = bytes[at + 1];
      if ((tag & 7) !== 2 || length > 127) return undefined;
      if (tag >> 3 === wanted) return bytes.subarray(at + 2, at + 2 + length);
      at += 2 + length;
    }
    return undefined;
  };
  const meta = field(array.subarray(4), 1);
  if (!meta) return '';
  return `Kubernetes ${text(field(meta, 1) || new Uint8Array())} ${text(field(meta, 2) || new Uint8Array())}`;
}

function decoded(base64) {
  const array = raw(base64);
  const kind = envelope(array);
  if (kind) return `${kind}, ${array.length} bytes`;
  const plain = text(array);
  try { return JSON.stringify(JSON.parse(plain), null, 2); } catch { /* not JSON */ }
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(plain)
    ? [...array].map((one) => one.toString(16).padStart(2, '0')).join(' ') : plain;
}

byId('browse').onsubmit = async (event) => {
  event.preventDefault();
  try {
    const prefix = byId('prefix').value;
    const array = new TextEncoder().encode(prefix);
    const answer = await call('/v3/kv/range', {
      key: prefix ? encode(prefix) : 'AA==',
      range_end: prefixEnd(array),
      limit: 100,
    });
    const pairs = answer.kvs || [];
    byId('count').textContent = `${answer.count || 0} keys` + (answer.more ? ', the first 100' : '');
    table(byId('keys'), ['Key', { text: 'Created', number: true }, { text: 'Modified', number: true },
      { text: 'Version', number: true }, { text: 'Bytes', number: true }, 'Lease'],
    pairs.map((pair) => [text(raw(pair.key)), pair.create_revision, pair.mod_revision, pair.version,
      raw(pair.value).length, pair.lease ? hex(pair.lease) : '']),
    (index) => {
      byId('value').hidden = false;
      byId('value').textContent = decoded(pairs[index].value);
    });
  } catch (failure) {
    byId('count').textContent = failure.message;
  }
};

byId('login').onsubmit = async (event) => {
  event.preventDefault();
  try {
    const answer = await call('/v3/auth/authenticate',
      { name: byId('user').value, password: byId('password').value });
    token = answer.token;
    byId('password').value = '';
    byId('login-error').textContent = '';
  } catch (failure) {
    byId('login-error').textContent = failure.message;
  }
};

refresh();
