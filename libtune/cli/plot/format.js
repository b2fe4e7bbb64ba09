'use strict';
// Numbers, times and words as people read them.

const unknown = '\u2013';

// Four digits: 1.2e-11, 0.001234, 12.34, 12,340, 1.234M.
function numberText(value, digits = 4) {
  if (value === null || value === undefined) return unknown;
  if (value !== 0 && Math.abs(value) < 1e-4) return Number(value.toPrecision(digits)).toExponential();
  const big = Math.abs(value) >= 1e6;
  return new Intl
      .NumberFormat('en-US', {
        maximumSignificantDigits: digits,
        notation: big ? 'compact' : 'standard',
      })
      .format(value);
}

function percentText(fraction) {
  return fraction === null ? unknown : numberText(100 * fraction, 3) + '\u00a0%';
}

const secondsOf = {
  minute: 60,
  hour: 3600,
  day: 86400
};

// Two units at most: 7 d, 1 d 4 h, 25 min.
function lengthText(seconds) {
  const parts = [];
  let left = Math.round(seconds);
  for (const [unit, length] of [['d', secondsOf.day], ['h', secondsOf.hour], ['min', secondsOf.minute], ['s', 1]]) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0 s';
}

const clockFormat = new Intl.DateTimeFormat('en-GB', {timeZone: 'UTC', hour: '2-digit', minute: '2-digit'});
const secondFormat = new Intl.DateTimeFormat('en-GB', {timeZone: 'UTC', timeStyle: 'medium'});
const dayFormat = new Intl.DateTimeFormat('en-GB', {timeZone: 'UTC', day: 'numeric', month: 'short'});

function isoText(seconds) {
  return new Date(1000 * seconds).toISOString().replace('T', ' ').replace(/\.\d+Z$/, '') + ' UTC';
}

// A tick: the clock, at midnight the day.
function tickText(seconds, step) {
  const date = new Date(1000 * seconds);
  if (seconds % secondsOf.day === 0) return dayFormat.format(date);
  return (step < secondsOf.minute ? secondFormat : clockFormat).format(date);
}

// Distance of ticks, in seconds, so that at most `count` fit into `span`.
function tickStep(span, count) {
  const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080];
  const steps = [1, 2, 5, 10, 15, 30].concat(minutes.map((m) => m * secondsOf.minute));
  return steps.find((step) => span / step <= count) || 10080 * secondsOf.minute * Math.ceil(span / count / 604800);
}

const actionText = {
  raise: '\u25b2 raise',
  lower: '\u25bc lower',
  hold: '= hold',
  person: '! needs a person'
};
const timelinessText = {
  'on-time': 'on time',
  delayed: 'delayed',
  'lag-unknown': 'not known'
};
const demandText = {
  consumed: 'what the source took',
  lag: 'what it took and how its lag grew',
  offsets: 'end offsets of its log',
  given: 'a rate somebody gave',
};

function words(name) {
  return name.replace(/-/g, ' ');
}

function subtasksText(operator) {
  if (operator.verdict !== 'estimated' && operator.verdict !== 'lower-bound') return unknown;
  return (operator.at_least ? '\u2265 ' : '') + operator.needed;
}

function intervalText(operator) {
  if (operator.verdict !== 'estimated') return unknown;
  return operator.low === operator.high ? String(operator.low) : `${operator.low}\u2013${operator.high}`;
}
