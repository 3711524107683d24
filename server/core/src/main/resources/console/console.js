// What the member says of itself, asked again every other second while the page is looked at.
import { call, logIn, logOut, page, wantsLogin } from './calls.js';
import { histogram, labelValues, observations, parseMetrics, quantile, series, total } from './metrics.js';
import { byId, bytes, duration, element, facts, grouped, hexId, number, short, table } from './view.js';
import './keys.js';
import './leases.js';

const REFRESH_MILLIS = 2000;

function chart(title, buckets) {
  const count = observations(buckets);
  const made = element('div', undefined, 'chart');
  const line = element('p', title);
  const summary = count
    ? `${grouped(count)} · p50 ≤ ${duration(quantile(buckets, .5))} · p99 ≤ ${duration(quantile(buckets, .99))}`
    : 'nothing yet';
  line.append(element('b', summary));
  made.append(line);
  if (!count) return made;
  const first = buckets.findIndex((one) => one.count), last = buckets.findLastIndex((one) => one.count);
  const shown = buckets.slice(Math.max(0, first - 1), last + 2);
  const most = Math.max(...shown.map((one) => one.count));
  const bars = element('div', undefined, 'bars');
  bars.setAttribute('role', 'img');
  bars.setAttribute('aria-label', `${title}: ${shown.filter((one) => one.count)
    .map((one) => `${one.count} up to ${duration(one.bound)}`).join(', ')}`);
  for (const one of shown) {
    const bar = element('i');
    // Roots, so that the few slow ones can be seen beside the many.
    bar.style.height = one.count ? `max(2px, ${100 * Math.sqrt(one.count / most)}%)` : '0';
    bar.title = `${one.count} up to ${duration(one.bound)}`;
    bars.append(bar);
  }
  const axis = element('div', undefined, 'axis');
  axis.append(element('span', duration(shown[0].bound)), element('span', duration(shown[shown.length - 1].bound)));
  made.append(bars, axis);
  return made;
}

function showLatency(metrics) {
  const requests = labelValues(metrics, 'etcd_server_request_duration_seconds_count', 'type')
    .map((type) => ({ title: type, buckets:
      histogram(metrics, 'etcd_server_request_duration_seconds', (labels) => labels.type === type) }))
    .filter((one) => observations(one.buckets)).sort((a, b) => observations(b.buckets) - observations(a.buckets));
  byId('latency').replaceChildren(
    chart('Log sync', histogram(metrics, 'etcd_disk_wal_fsync_duration_seconds')),
    chart('Database commit', histogram(metrics, 'etcd_disk_backend_commit_duration_seconds')),
    ...requests.map((one) => chart(`Request ${one.title}`, one.buckets)));
}

/** Areas of one bar: class, words, bytes. */
function map(title, parts, className) {
  const whole = parts.reduce((sum, [, , part]) => sum + part, 0) || 1;
  const bar = element('div', undefined, `map ${className}`);
  bar.setAttribute('role', 'img');
  bar.setAttribute('aria-label', `${title}: ${parts.map(([, words, part]) => `${bytes(part)} ${words}`).join(', ')}`);
  const legend = element('ul', undefined, 'legend');
  for (const [name, words, part] of parts) {
    const area = element('i', undefined, `${name}${part ? ' some' : ''}`);
    area.style.width = `${100 * part / whole}%`;
    bar.append(area);
    legend.append(element('li', `${bytes(part)} ${words}`, name));
  }
  return [bar, legend];
}

function showSpace(status, metrics) {
  const size = Number(status.dbSize || 0), used = Math.min(size, Number(status.dbSizeInUse || 0));
  const quota = Number(status.dbSizeQuota || 0);
  byId('space').replaceChildren(
    ...map('File', [['used', 'in use', used], ['free', 'free in the file', size - used]], ''),
    ...(quota > 0 ? map('Quota', [['used', 'taken by the file', size], ['rest', 'left of the quota', Math.max(0, quota - size)]], 'thin') : []));
  facts(byId('space-facts'), [
    ['Quota', quota > 0 ? `${bytes(quota)}, ${(100 * size / quota).toFixed(1)} % taken` : 'none'],
    ['Keys', grouped(total(metrics, 'etcd_debugging_mvcc_keys_total'))],
    ['Not yet in the file', bytes(total(metrics, 'plinth_disk_backend_buffered_bytes'))],
    ['Segments of the log', grouped(total(metrics, 'plinth_wal_segments'))],
    ['Memory of the index', bytes(total(metrics, 'plinth_mvcc_index_memory_bytes'))],
    ['Reads under way', grouped(total(metrics, 'etcd_mvcc_db_open_read_transactions'))],
  ]);
}

const REMEDIES = {
  NOSPACE: 'The database has reached its quota and takes no writes. Compact the history, defragment each member, then: etcdctl alarm disarm',
  CORRUPT: 'The member’s data differs from the others’. Remove the member, clear its data directory, and add it again.',
  'no leader': 'No member is elected, so nothing can be written or read for certain. Start members until more than half of them run, and see that they reach each other.',
};

// The status tells alarms as "memberID:123 alarm:NOSPACE ", and other complaints in words.
function showAlarms(errors) {
  byId('alarms-section').hidden = errors.length === 0;
  const texts = errors.map((error) => {
    const alarm = /memberID:(\d+) alarm:(\w+)/.exec(error);
    if (alarm) return `${alarm[2]} on member ${hexId(alarm[1])}. ${REMEDIES[alarm[2]] || ''}`;
    return `${error}. ${error.endsWith('no leader') ? REMEDIES['no leader'] : ''}`;
  });
  // An alert is read aloud when it changes.
  if ([...byId('alarms').children].map((one) => one.textContent).join() === texts.join()) return;
  byId('alarms').replaceChildren(...texts.map((text) => element('li', text)));
}

const roleOf = (member, leader) => (member.ID === leader ? 'leader' : member.isLearner ? 'learner' : 'follower');

function addresses(urls) {
  const made = element('span');
  urls.forEach((url, at) => {
    const link = element('a', url);
    link.href = `${url}/console`;
    link.rel = 'noreferrer';
    made.append(at ? ' ' : '', /^https?:/.test(url) ? link : url);
  });
  return made;
}

function showMembers(members, status, metrics) {
  const own = status.header.member_id, leads = status.leader === own;
  const stored = new Map(series(metrics, 'plinth_raft_member_match_index').map((one) => [one.labels.member, one.value]));
  const reached = new Set(series(metrics, 'etcd_network_active_peers').filter((one) => one.value > 0).map((one) => one.labels.Remote));
  const state = (member) => {
    if (!member.name) return element('span', 'not started', 'bad');
    if (member.ID === own) return element('span', 'this member', 'good');
    return reached.has(hexId(member.ID)) ? element('span', 'reached', 'good') : element('span', 'not reached', 'bad');
  };
  const behind = (member) => {
    const index = stored.get(hexId(member.ID));
    return index === undefined ? '–' : grouped(Math.max(0, Number(status.raftIndex || 0) - index));
  };
  table(byId('members'), ['Name', short('Id'), short('Role'), short('State'),
    ...(leads ? [number('Entries behind')] : []), 'Clients', 'Peers'],
  members.map((member) => [member.name || '–', hexId(member.ID), roleOf(member, status.leader), state(member),
    ...(leads ? [behind(member)] : []), addresses(member.clientURLs || []), (member.peerURLs || []).join(' ')]));
  byId('members-note').textContent = leads || members.length < 2 ? ''
    : 'How far each member’s log reaches is known to the leader: see its console.';
}

function showMember(status, metrics, checks) {
  const applied = BigInt(status.raftAppliedIndex || 0), index = BigInt(status.raftIndex || 0);
  facts(byId('facts'), [
    ['Id', hexId(status.header.member_id)],
    ['Cluster', hexId(status.header.cluster_id)],
    ['Role', status.leader === status.header.member_id ? 'leader' : status.isLearner ? 'learner' : 'follower'],
    ['Raft term', grouped(status.raftTerm || 0)],
    ['Raft index', grouped(index)],
    ['Applied', index === applied ? grouped(applied) : `${grouped(applied)}, ${grouped(index - applied)} waiting`],
    ['Elections seen', grouped(total(metrics, 'etcd_server_leader_changes_seen_total'))],
    ['Revision', grouped(status.header.revision || 0)],
    ['Compacted up to', grouped(total(metrics, 'etcd_debugging_mvcc_compact_revision'))],
    ['Resident memory', bytes(total(metrics, 'process_resident_memory_bytes'))],
  ]);
  byId('checks').replaceChildren(...checks.map((line) => {
    const fine = line.startsWith('[+]');
    return element('li', `${fine ? '✓' : '✗'} ${line.slice(3).replaceAll('_', ' ')}`, fine ? 'good' : 'bad');
  }));
}

function showActivity(metrics) {
  const count = (name) => grouped(total(metrics, name));
  facts(byId('activity'), [
    ['Watch streams', count('etcd_debugging_mvcc_watch_stream_total')],
    ['Watchers', count('etcd_debugging_mvcc_watcher_total')],
    ['Watchers behind', count('etcd_debugging_mvcc_slow_watcher_total')],
    ['Events sent', count('etcd_debugging_mvcc_events_total')],
    ['Leases granted', count('etcd_debugging_lease_granted_total')],
    ['Leases renewed', count('etcd_debugging_lease_renewed_total')],
    ['Leases revoked', count('etcd_debugging_lease_revoked_total')],
    ['Leases expired', count('etcd_debugging_server_lease_expired_total')],
  ]);
}

function verdict(text, isGood) {
  // A status is read aloud when it changes.
  if (byId('verdict').textContent !== text) byId('verdict').textContent = text;
  byId('verdict').className = isGood ? 'good' : 'bad';
}

async function refresh() {
  try {
    const [status, members, metricsText, ready, live] = await Promise.all([
      call('/v3/maintenance/status'), call('/v3/cluster/member/list'),
      page('/metrics'), page('/readyz?verbose'), page('/livez?verbose')]);
    const metrics = parseMetrics(metricsText);
    const checks = [...new Set((ready + live).split('\n'))].filter((line) => line.startsWith('['));
    byId('version').textContent = status.version;
    showMembers(members.members || [], status, metrics);
    showMember(status, metrics, checks);
    showSpace(status, metrics);
    showLatency(metrics);
    showAlarms(status.errors || []);
    showActivity(metrics);
    const failed = checks.filter((line) => line.startsWith('[-]')).length;
    if (failed) verdict(`Not healthy: ${failed} of ${checks.length} checks fail`, false);
    else if ((status.errors || []).length) verdict('Healthy, but there is an alarm', false);
    else verdict('Healthy', true);
    byId('login').hidden = true;
    document.querySelector('main').hidden = false;
  } catch (failure) {
    const isRefused = wantsLogin(failure);
    if (isRefused) byId('session').hidden = document.querySelector('main').hidden = true;
    byId('login').hidden = !isRefused;
    verdict(isRefused ? 'Log in to see more' : `No answer: ${failure.message}`, false);
  }
}

async function refreshWhileLookedAt() {
  if (!document.hidden) await refresh();
  setTimeout(refreshWhileLookedAt, REFRESH_MILLIS);
}

byId('login').onsubmit = async (event) => {
  event.preventDefault();
  try {
    await logIn(byId('user').value, byId('password').value);
    byId('session-user').textContent = byId('user').value;
    byId('session').hidden = false;
    byId('login-error').textContent = '';
    await refresh();
  } catch (failure) {
    byId('login-error').textContent = failure.message;
  } finally {
    byId('password').value = '';
  }
};

// What was shown to the user is not left for the next one.
byId('logout').onclick = () => { logOut(); location.reload(); };

refreshWhileLookedAt();
