// One function for each kind of chart: an operator -> what Chart.js takes. processes.js has those of processes.

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

// A series as points; seconds on the x axis. Values of null are holes, the line breaks there.
function points(series, data) {
  return series.v.map((value, at) => ({x: data.start_s + (series.i ? series.i[at] : at) * data.bin_s, y: value}));
}

// A value between two holes has no line to be seen by: it gets a dot. Where there are few values, each gets one.
function dot(context) {
  const all = context.dataset.data;
  const empty = (point) => !point || point.y === null;
  const alone = empty(all[context.dataIndex - 1]) && empty(all[context.dataIndex + 1]);
  return alone || all.length <= 30 ? 2 : 0;
}

function line(label, shade, series, data, more = {}) {
  return {
    type: 'line',
    label,
    data: series ? points(series, data) : [],
    borderColor: colour(shade),
    backgroundColor: colour(shade),
    borderWidth: 1.6,
    pointRadius: dot,
    pointHitRadius: 0,
    pointHoverRadius: 4,
    spanGaps: false,
    clip: 4,
    ...more
  };
}

// A constant, drawn over the whole width by the plugin below. `text` is its value in words.
function level(label, value, text, shade, dash, top = Infinity) {
  const shown = value !== null && value <= top;
  const name = value === null ? `${label}: not known` : `${label}: ${text}${shown ? '' : ' (above the chart)'}`;
  return {
    type: 'line',
    label: name,
    level: shown ? value : null,
    data: [],
    borderColor: colour(shade),
    backgroundColor: colour(shade),
    borderWidth: 2,
    borderDash: dash,
    pointRadius: 0
  };
}

const levels = {
  id: 'levels',
  afterDatasetsDraw(chart) {
    const {ctx, chartArea: area, scales: {y}} = chart;
    chart.data.datasets.forEach((dataset, at) => {
      if (dataset.level === undefined || dataset.level === null || !chart.isDatasetVisible(at)) return;
      const height = y.getPixelForValue(dataset.level);
      ctx.save();
      ctx.beginPath();
      ctx.strokeStyle = dataset.borderColor;
      ctx.lineWidth = dataset.borderWidth;
      ctx.setLineDash(dataset.borderDash);
      ctx.moveTo(area.left, height);
      ctx.lineTo(area.right, height);
      ctx.stroke();
      ctx.restore();
    });
  },
};

// Shades what the first dataset has no value for, from the last value before to the first one after.
const holes = {
  id: 'holes',
  beforeDatasetsDraw(chart) {
    const {ctx, chartArea: area, scales: {x}} = chart;
    const all = chart.data.datasets[0].data;
    ctx.save();
    ctx.fillStyle = colour('hole');
    for (let at = 0; at < all.length; ++at) {
      if (all[at].y !== null) continue;
      const from = at === 0 ? area.left : x.getPixelForValue(all[at - 1].x);
      while (at < all.length && all[at].y === null) ++at;
      const to = at === all.length ? area.right : x.getPixelForValue(all[at].x);
      ctx.fillRect(from, area.top, to - from, area.bottom - area.top);
    }
    ctx.restore();
  },
};

function axisTitle(text) {
  return {display: true, text, color: colour('muted')};
}

const leastAxisWidth = 72;  // so that charts under one another share their time axis

function valueAxis(title, format, more = {}) {
  return {
    beginAtZero: true,
    title: axisTitle(title),
    grid: {color: colour('grid'), borderColor: colour('border')},
    ticks: {color: colour('muted'), maxTicksLimit: 7, callback: (value) => format(value)},
    afterFit(axis) {
      axis.width = Math.max(axis.width, leastAxisWidth);
    },
    ...more
  };
}

function timeAxis(data) {
  const first = data.start_s, last = data.start_s + Math.max(data.bins - 1, 1) * data.bin_s;
  let step = 0;
  return {
    type: 'linear',
    min: first,
    max: last,
    title: axisTitle('time (UTC)'),
    grid: {color: colour('grid'), borderColor: colour('border')},
    ticks: {color: colour('muted'), maxRotation: 0, callback: (value) => tickText(value, step)},
    afterBuildTicks(axis) {
      step = Math.max(data.bin_s, tickStep(last - first, Math.max(2, axis.chart.width / 85)));
      axis.ticks = [];
      for (let t = Math.ceil(first / step) * step; t <= last; t += step) axis.ticks.push({value: t});
    },
  };
}

// Chart.js leaves the dashes out of a legend; without them only colour would tell the lines apart.
function dashedLabels(chart) {
  return Chart.defaults.plugins.legend.labels.generateLabels(chart).map((item) => {
    const dataset = chart.data.datasets[item.datasetIndex];
    const pointStyle = dataset.showLine === false ? dataset.pointStyle : 'line';
    const lineWidth = dataset.band ? dataset.borderWidth : 2;
    return {...item, pointStyle, lineDash: dataset.borderDash || [], lineWidth, strokeStyle: dataset.borderColor};
  });
}

function legend() {
  return {
    position: 'top',
    align: 'start',
    labels: {
      usePointStyle: true,
      pointStyle: 'line',
      pointStyleWidth: 34,
      boxHeight: 8,
      color: colour('text'),
      padding: 14,
      generateLabels: dashedLabels
    }
  };
}

function config(datasets, scales, tooltip, plugins) {
  return {
    data: {datasets},
    plugins,
    options: {
      animation: false,
      parsing: false,
      normalized: true,
      responsive: true,
      maintainAspectRatio: false,
      scales,
      interaction: {mode: 'nearest', axis: 'x', intersect: false},
      plugins: {legend: legend(), tooltip: {callbacks: tooltip}},
    },
  };
}

function timeConfig(data, datasets, axis, format) {
  const tooltip = {
    title: (items) => items.length ? isoText(items[0].parsed.x) : '',
    label: (item) => `${item.dataset.label}: ${format(item.parsed.y)}`,
  };
  return config(datasets, {x: timeAxis(data), y: axis}, tooltip, [holes, levels]);
}

function largest(series) {
  return series ? series.v.reduce((most, value) => Math.max(most, value || 0), 0) : 0;
}

// Capacities far above the traffic would press it flat: they are named in the legend instead.
const mostHeadroom = 4;

function rateChart(operator, data) {
  const series = operator.series, rate = (value) => `${numberText(value)} records/s`;
  const traffic = Math.max(largest(series.rate), largest(series.produced), operator.demand || 0);
  const top = traffic > 0 ? mostHeadroom * traffic : Infinity;
  const atWanted = `capacity at ${operator.wanted}`;
  const datasets = [
    line(operator.is_source ? 'records out' : 'records in', 'rate', series.rate, data),
    level(
        'demand', operator.demand, (operator.at_least ? '\u2265 ' : '') + rate(operator.demand), 'demand', [9, 4], top),
    level(
        `capacity now, at ${operator.now}`, operator.capacity_now, rate(operator.capacity_now), 'capacity', [2, 3],
        top),
  ];
  if (operator.wanted !== operator.now) {
    datasets.push(
        level(atWanted, operator.capacity_wanted, rate(operator.capacity_wanted), 'wanted', [14, 4, 3, 4], top));
  }
  if (series.produced)
    datasets.splice(1, 0, line('records produced', 'produced', series.produced, data, {borderDash: [5, 2]}));
  const shown = datasets.map((dataset) => dataset.level || 0);
  const axis = valueAxis('records/s', numberText, {suggestedMax: 1.05 * Math.max(traffic, ...shown)});
  return timeConfig(data, datasets, axis, rate);
}

function busyChart(operator, data) {
  const datasets = [
    line('busy', 'busy', operator.series.busy, data),
    line('back-pressured', 'pressed', operator.series.pressed, data, {borderDash: [7, 3]})
  ];
  const axis = valueAxis('% of the subtasks\u2019 time', (value) => numberText(100 * value), {max: 1, suggestedMax: 1});
  return timeConfig(data, datasets, axis, percentText);
}

function lagChart(operator, data) {
  const datasets = [line('lag', 'lag', operator.series.lag, data)];
  const records = (value) => `${numberText(value)} records`;
  const chart = timeConfig(data, datasets, valueAxis('records', numberText), records);
  chart.options.plugins.legend.display = false;
  return chart;
}

function shareChart(operator, data) {
  const {of, index, share} = operator.subtasks;
  const most = share.indexOf(Math.max(...share));
  const even = 1 / of, limit = Math.min(1, data.skew_ratio / of);
  const mostShade = share[most] > limit ? 'bar-skewed' : 'bar-most';
  const bars = {
    type: 'bar',
    label: 'share',
    data: share.map((y, x) => ({x, y})),
    pointStyle: 'rect',
    maxBarThickness: 60,
    backgroundColor: share.map((_, at) => colour(at === most ? mostShade : 'bar')),
  };
  const datasets = [
    bars, level('even', even, percentText(even), 'capacity', [2, 3]),
    level('healthy up to', limit, percentText(limit), 'wanted', [9, 4])
  ];
  const x = {
    type: 'category',
    labels: index.map(String),
    title: axisTitle('subtask'),
    grid: {display: false},
    ticks: {color: colour('muted'), maxRotation: 0, autoSkipPadding: 8}
  };
  const y = valueAxis(
      '% of the records', (value) => numberText(100 * value), {suggestedMax: 1.08 * Math.max(limit, ...share)});
  const tooltip = {
    title: (items) => items.length ? `subtask ${index[items[0].dataIndex]}` : '',
    label: (item) => `${percentText(item.parsed.y)}, ${numberText(item.parsed.y * of, 3)} times the even share`,
  };
  const chart = config(datasets, {x, y}, tooltip, [levels]);
  chart.options.plugins.legend.labels.filter = (item) => item.datasetIndex !== 0;
  return chart;
}
