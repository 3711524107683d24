// Reads the text form of /metrics.

export function parseMetrics(text) {
  const metrics = new Map();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!match) continue;
    const labels = {};
    for (const [, name, value] of (match[2] || '').matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)) {
      labels[name] = value.replace(/\\(.)/g, (_, one) => (one === 'n' ? '\n' : one));
    }
    const list = metrics.get(match[1]) || [];
    list.push({ labels, value: Number(match[3]) });
    metrics.set(match[1], list);
  }
  return metrics;
}

export const series = (metrics, name) => metrics.get(name) || [];

export const total = (metrics, name) => series(metrics, name).reduce((sum, one) => sum + one.value, 0);

/** Label values of a metric, each once. */
export const labelValues = (metrics, name, label) =>
  [...new Set(series(metrics, name).map((one) => one.labels[label]))];

/** The buckets of a histogram, not cumulated, summed over all series that `accepts` takes. */
export function histogram(metrics, name, accepts = () => true) {
  const upTo = new Map();
  for (const one of series(metrics, name + '_bucket')) {
    if (!accepts(one.labels)) continue;
    const bound = one.labels.le === '+Inf' ? Infinity : Number(one.labels.le);
    upTo.set(bound, (upTo.get(bound) || 0) + one.value);
  }
  let below = 0;
  return [...upTo].sort(([a], [b]) => a - b)
    .map(([bound, cumulated]) => { const count = cumulated - below; below = cumulated; return { bound, count }; });
}

export const observations = (buckets) => buckets.reduce((sum, one) => sum + one.count, 0);

/** The upper bound of the bucket in which the share of the observations is reached. */
export function quantile(buckets, share) {
  const wanted = observations(buckets) * share;
  let seen = 0;
  for (const one of buckets) {
    seen += one.count;
    if (seen >= wanted) return one.bound;
  }
  return Infinity;
}
