// The panels of the processes that run the job, one for each role that was seen.

const mibText = (value) => numberText(value) + '\u00a0MiB';
const coresText = (value) => `${numberText(value, 3)} ${value === 1 ? 'core' : 'cores'}`;

// Values by themselves, each with a sign of its own; bins without one are left out.
function marks(label, shade, sign, series, data, more = {}) {
  const all = line(label, shade, series, data);
  return {
    ...all,
    data: all.data.filter((point) => point.y !== null),
    showLine: false,
    pointStyle: sign,
    pointRadius: 4,
    pointHoverRadius: 6,
    pointBorderWidth: 1.6,
    ...more
  };
}

// A level now and, if it is another one, as wanted.
function levelsOf(name, now, wanted, text, top) {
  if (now === wanted) return [level(`${name}, now and wanted`, now, text(now), 'capacity', [2, 3], top)];
  return [
    level(`${name} now`, now, text(now), 'capacity', [2, 3], top),
    level(`${name} wanted`, wanted, text(wanted), 'wanted', [14, 4, 3, 4], top)
  ];
}

// What lies between two values, drawn behind everything by the plugin below.
function band(label, low, high, shade) {
  return {
    type: 'line',
    label,
    band: [low, high],
    data: [],
    borderColor: colour(shade),
    backgroundColor: colour(shade),
    borderWidth: 8,
    pointRadius: 0
  };
}

const bands = {
  id: 'bands',
  beforeDatasetsDraw(chart) {
    const {ctx, chartArea: area, scales: {y}} = chart;
    chart.data.datasets.forEach((dataset, at) => {
      if (!dataset.band || !chart.isDatasetVisible(at)) return;
      const [bottom, top] =
          dataset.band.map((value) => Math.min(area.bottom, Math.max(area.top, y.getPixelForValue(value))));
      ctx.save();
      ctx.fillStyle = dataset.backgroundColor;
      ctx.fillRect(area.left, top, area.right - area.left, bottom - top);
      ctx.restore();
    });
  },
};

function highest(datasets) {
  const of = (dataset) => Math.max(dataset.level || 0, ...dataset.data.map((point) => point.y || 0));
  return Math.max(...datasets.map(of));
}

function cpuBand(role, data) {
  const request = role.wanted.cores === null ? role.now.cores : role.wanted.cores;
  if (request === null) return [];
  const [low, high] = data.cpu_band;
  const label = `${numberText(100 * low)}\u2013${percentText(high)} of the request`;
  return [band(label, low * request, high * request, 'band')];
}

function cpuChart(role, data) {
  const series = role.series, several = role.most_processes > 1;
  const most = largest(series.busiest_cores), top = most > 0 ? mostHeadroom * most : Infinity;
  const busiest = several ? 'in use by the busiest' : 'in use';
  const datasets = [line(busiest, 'rate', series.busiest_cores, data)];
  if (several) datasets.push(line('mean', 'produced', series.mean_cores, data, {borderDash: [5, 2]}));
  if (series.throttled_cores) {
    const label = `held back by its limit, ${percentText(role.throttled_fraction)} of the time or more`;
    datasets.push(marks(label, 'demand', 'crossRot', series.throttled_cores, data, {pointRadius: 7}));
  }
  datasets.push(...levelsOf('request', role.now.cores, role.wanted.cores, coresText, top), ...cpuBand(role, data));
  const axis = valueAxis('cores of one process', numberText, {suggestedMax: 1.05 * highest(datasets)});
  const chart = timeConfig(data, datasets, axis, coresText);
  chart.plugins.push(bands);
  return chart;
}

function memoryChart(role, data) {
  const series = role.series;
  const datasets = [
    line('heap in use', 'rate', series.heap_mib, data),
    ...levelsOf('-Xmx', role.now.heap_mib, role.wanted.heap_mib, mibText, Infinity)
  ];
  const after = [
    ['after a full collection', 'demand', 'rectRot', series.live_full_mib],
    ['alive by a marking', 'lag', 'triangle', series.live_marking_mib],
    ['after another collection', 'hold', 'cross', series.live_other_mib],
  ];
  for (const [label, shade, sign, values] of after) {
    if (values) datasets.push(marks(label, shade, sign, values, data));
  }
  const axis = valueAxis('MiB of heap', numberText, {suggestedMax: 1.05 * highest(datasets)});
  return timeConfig(data, datasets, axis, mibText);
}

function collectionChart(role, data) {
  const series = role.series, datasets = [];
  if (series.gc_logged) datasets.push(line('stood still, by GC logs', 'rate', series.gc_logged, data));
  if (series.gc_counted) datasets.push(line('by counters', 'produced', series.gc_counted, data, {borderDash: [5, 2]}));
  datasets.push(level('goal: at most', data.gc_overhead_goal, percentText(data.gc_overhead_goal), 'wanted', [9, 4]));
  const axis = valueAxis('% of the time', (value) => numberText(100 * value), {suggestedMax: 1.05 * highest(datasets)});
  return timeConfig(data, datasets, axis, percentText);
}

function sizes(role) {
  const facts = element('dl', 'facts');
  const columns = [
    ['Processes', 'count', String], ['Slots of each', 'slots', String], ['CPU request of each', 'cores', coresText],
    ['Memory of each', 'memory_mib', mibText], ['-Xmx', 'heap_mib', mibText]
  ];
  for (const [name, key, text] of columns) {
    const [now, wanted] = [role.now[key], role.wanted[key]].map((value) => value === null ? unknown : text(value));
    if (now === unknown && wanted === unknown) continue;
    facts.append(element('div', '', element('dt', '', name), element('dd', '', change(now, wanted))));
  }
  return facts;
}

// The summary begins with the role's name and action: the one is the heading, the other is shown in its colour.
function processSummary(role) {
  return element('p', '', action(role.action), role.summary.slice(role.summary.indexOf(';')));
}

function memoryPanel(role, data) {
  const series = role.series;
  if (!series.heap_mib && !series.live_full_mib && !series.live_marking_mib && !series.live_other_mib)
    return missing('Heap', 'No use of the heap was measured.');
  const all = role.most_processes > 1 ? 'Heap of the fullest process' : 'Heap';
  const title = `${all}, by bins of ${lengthText(data.bin_s)}${thinned(series.heap_mib, data)}; grey: nothing seen`;
  return chart(title, 'tall', () => memoryChart(role, data));
}

function processPanel(data, role) {
  const made = element('section', '', element('h2', '', role.name), processSummary(role), sizes(role));
  if (role.findings.length > 0) made.append(findings(role.findings));
  const series = role.series, collections = 'Share of the time in collections, later than start-up';
  const cpu = series.busiest_cores ? chart('CPU of one process', '', () => cpuChart(role, data)) :
                                     missing('CPU', 'No use of CPU was measured.');
  const shares = series.gc_logged || series.gc_counted ? chart(collections, '', () => collectionChart(role, data)) :
                                                         missing(collections, 'No collections were counted.');
  made.append(memoryPanel(role, data), element('div', 'pair', cpu, shares));
  return made;
}
