// Builds the page out of the data. Texts from outside become text nodes only, never markup.

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function action(name) {
  return element('span', 'action ' + name, actionText[name] || name);
}

// Some texts begin with their kind's name, which then is not said twice.
function finding({kind, text}) {
  const name = words(kind), named = text.toLowerCase().startsWith(name);
  return element(
      'li', '', element('b', '', named ? text.slice(0, name.length) : name),
      named ? text.slice(name.length) : ': ' + text);
}

function findings(list) {
  return element('ul', 'findings', ...list.map(finding));
}

function change(now, wanted) {
  return now === wanted ? String(now) : `${now} \u2192 ${wanted}`;
}

function header(data) {
  const facts = element('dl', 'facts');
  const fact = (name, value) => facts.append(element('div', '', element('dt', '', name), element('dd', '', value)));
  fact('Action', action(data.action));
  fact('Keeping up', timelinessText[data.timeliness] || data.timeliness);
  fact('Largest parallelism', change(data.parallelism_now, data.parallelism_wanted));
  fact('Slots', change(data.slots_now, data.slots_wanted));
  fact('Operators', String(data.operators.length));
  fact('Policy', data.policy);
  fact('Seen', `${isoText(data.start_s)} to ${isoText(data.start_s + data.length_s)} (${lengthText(data.length_s)})`);
  if (data.restarts > 0) fact('Restarts', numberText(data.restarts));
  const made = element('header', '', element('h1', '', data.job || 'A job without a name'), facts);
  if (data.findings.length > 0) made.append(findings(data.findings));
  return made;
}

// Heading, unit, is it text, the cell of an operator.
const columns = [
  ['now', 'subtasks', false, (o) => String(o.now)],
  ['needed', 'subtasks', false, subtasksText],
  ['wanted', 'subtasks', false, (o) => String(o.wanted)],
  ['interval', 'of needed', false, intervalText],
  ['demand', 'records/s', false, (o) => (o.at_least && o.demand !== null ? '\u2265 ' : '') + numberText(o.demand)],
  [
    'time', 'ms/record', false,
    (o) => o.seconds_per_record === null ? unknown : numberText(1000 * o.seconds_per_record, 3)
  ],
  ['largest share', 'at wanted', false, (o) => percentText(o.largest_share)],
  ['action', '', true, (o) => action(o.action)],
  ['verdict', 'confidence', true, (o) => `${words(o.verdict)} (${o.confidence})`],
];

function headRow() {
  const cell = (name, unit, text) => {
    const th = element('th', text ? 'text' : '', name, element('small', '', unit));
    th.scope = 'col';
    return th;
  };
  return element('tr', '', cell('operator', '', true), ...columns.map(([name, unit, text]) => cell(name, unit, text)));
}

function bodyRow(operator, at) {
  const link = element('a', '', operator.name);
  link.href = '#operator-' + at;
  const name = element('th', '', link);
  name.scope = 'row';
  return element('tr', '', name, ...columns.map(([, , text, of]) => element('td', text ? 'text' : '', of(operator))));
}

function table(data) {
  const made = element(
      'table', '', element('caption', '', 'Every operator: what runs, what it needs and what to set.'),
      element('thead', '', headRow()), element('tbody', '', ...data.operators.map(bodyRow)));
  return element('div', 'table', made);
}

// ---- charts: drawn when they come near the screen and given back when they leave it, since a job may have hundreds

const slots = new Map();  // place on the page -> {make, chart}

// Width and height of a printed chart; the style sheet scales it to the column. Paper cannot be measured beforehand.
function printSize(place) {
  if (place.closest('.pair')) return [480, 210];
  return [980, place.classList.contains('low') ? 150 : 240];
}

function draw(place) {
  const slot = slots.get(place);
  if (slot.chart) return;
  const canvas = element('canvas'), made = slot.make();
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', place.dataset.label);
  if (printing) {
    [canvas.width, canvas.height] = printSize(place);
    made.options.responsive = false;
    // Printed pages have as many canvases as charts: sharp ones of a large job would take gigabytes.
    made.options.devicePixelRatio = slots.size > 100 ? 1 : 2;
  }
  place.append(canvas);
  slot.chart = new Chart(canvas, made);
}

function wipe(place) {
  const slot = slots.get(place);
  if (!slot.chart) return;
  slot.chart.destroy();
  slot.chart = null;
  place.replaceChildren();
}

let printing = false;  // then every chart stays drawn, near or not

const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const slot = slots.get(entry.target);
    slot.near = entry.isIntersecting;
    if (printing) continue;
    if (slot.near)
      draw(entry.target);
    else
      wipe(entry.target);
  }
}, {rootMargin: '800px'});

function redraw() {
  document.documentElement.classList.toggle('paper', printing);
  for (const [place, slot] of slots) {
    wipe(place);
    if (printing || slot.near) draw(place);
  }
}

function setPrinting(now) {
  printing = now;
  redraw();
}

function chart(title, className, make) {
  const place = element('div', 'chart ' + className);
  place.dataset.label = title;
  slots.set(place, {make, chart: null, near: false});
  observer.observe(place);
  return element('div', '', element('h3', '', title), place);
}

function missing(title, why) {
  return element('div', '', element('h3', '', title), element('p', 'note', why));
}

function shares(operator, data) {
  const title = 'Each subtask\u2019s share of the records';
  if (operator.now === 1) return missing(title, 'One subtask takes them all.');
  if (!operator.subtasks) return missing(title, 'The history does not report records by subtask.');
  const {of, index} = operator.subtasks;
  const more = index.length < of ? `: the ${index.length} busiest of ${of}` : ', the busiest marked';
  return chart(title + more, '', () => shareChart(operator, data));
}

function summary(operator) {
  const noun = operator.wanted === 1 ? 'subtask' : 'subtasks';
  const made = element('p', '', action(operator.action), ` ${change(operator.now, operator.wanted)} ${noun}; `);
  made.append(`${words(operator.verdict)}, confidence ${operator.confidence}`);
  if (operator.demand_from) made.append(`; demand from ${demandText[operator.demand_from] || operator.demand_from}`);
  return made;
}

// Long series come as the extremes of groups of bins.
function thinned(series, data) {
  if (!series || !series.i) return '';
  return `, the smallest and the largest of every ${lengthText(data.bin_s * data.group_bins)}`;
}

function panel(data, operator, at) {
  const made = element('section', '', element('h2', '', operator.name), summary(operator));
  made.id = 'operator-' + at;
  if (operator.findings.length > 0) made.append(findings(operator.findings));
  const series = operator.series,
        seen = `by bins of ${lengthText(data.bin_s)}${thinned(series.rate, data)}; grey: nothing seen`;
  const rates = operator.is_source ? 'Records out' : 'Records in';
  made.append(
      series.rate ? chart(`${rates} a second, ${seen}`, 'tall', () => rateChart(operator, data)) :
                    missing(`${rates} a second`, 'Nothing was seen.'));
  if (series.lag) made.append(chart('Lag: records produced and not yet read', 'low', () => lagChart(operator, data)));
  const busy = series.busy ? chart(`Mean share of a subtask\u2019s time`, '', () => busyChart(operator, data)) :
                             missing('Mean share of a subtask\u2019s time', 'No busy time was measured.');
  made.append(element('div', 'pair', busy, shares(operator, data)));
  return made;
}

function start() {
  const data = JSON.parse(document.getElementById('data').textContent);
  const page = document.getElementById('page');
  page.replaceChildren(
      header(data), table(data), ...data.processes.map((role) => processPanel(data, role)),
      ...data.operators.map((operator, at) => panel(data, operator, at)));
  Chart.defaults.font.family = 'system-ui, sans-serif';
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  addEventListener('beforeprint', () => setPrinting(true));
  addEventListener('afterprint', () => setPrinting(false));
}

start();
