/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** What the far end sends back: taken from the page's <audio data-testid="remote-audio">, measured here. */

import { setTimeout as delay } from 'node:timers/promises';

/** @typedef {{ frequencyHz: number, levelDbfs: number }} Sound levels relative to a full-scale sine */

/** About 85 ms at 48 kHz: shorter than a burst of the fake microphone. */
const SAMPLES = 4096;

/** Goertzel's algorithm with a Hann window: the power at `hz`; 1 is a full-scale sine. @param {Float32Array} samples @param {number} rate @param {number} hz */
function powerAt(samples, rate, hz) {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let s1 = 0;
  let s2 = 0;
  for (let n = 0; n < samples.length; n += 1) {
    const shaped = (samples[n] ?? 0) * (1 - Math.cos((2 * Math.PI * n) / samples.length));
    const s0 = shaped + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  return (4 * (s1 * s1 + s2 * s2 - coefficient * s1 * s2)) / (samples.length * samples.length);
}

/** @param {number} power @returns {number} dBFS, -120 at least */
const decibels = (power) => Math.max(-120, 10 * Math.log10(power + 1e-12));

/**
 * The strongest frequency between 100 and 4,000 Hz, and its level.
 * @param {Float32Array} samples between -1 and 1
 * @param {number} rate samples per second
 * @returns {Sound}
 */
export function analyse(samples, rate) {
  const bin = rate / samples.length;
  let peakHz = 100;
  let peak = -1;
  for (let hz = 100; hz <= 4000; hz += bin) {
    const power = powerAt(samples, rate, hz);
    if (power > peak) [peak, peakHz] = [power, hz];
  }
  // A parabola through the three highest points finds the top between two bins.
  const [left, middle, right] = [peakHz - bin, peakHz, peakHz + bin].map((hz) => decibels(powerAt(samples, rate, hz)));
  const curve = (left ?? 0) - 2 * (middle ?? 0) + (right ?? 0);
  const frequencyHz = curve === 0 ? peakHz : peakHz + (bin * ((left ?? 0) - (right ?? 0))) / (2 * curve);
  return { frequencyHz, levelDbfs: decibels(powerAt(samples, rate, frequencyHz)) };
}

/** @param {Sound} sound @param {number} hz @returns {boolean} */
export function isTone(sound, hz) {
  return Math.abs(sound.frequencyHz - hz) < 10 && sound.levelDbfs > -45;
}

/**
 * The newest samples of the far end's sound; null while there is no stream.
 * @param {import('@playwright/test').Page} page
 * @returns {Promise<{ samples: Float32Array, rate: number } | null>}
 */
async function listen(page) {
  return await page.evaluate(async (size) => {
    const shelf =
      /** @type {{ practiceProbe?: { context: AudioContext, analysers: WeakMap<MediaStreamTrack, AnalyserNode> } }} */ (
        globalThis
      );
    /** @type {HTMLAudioElement[]} */
    const elements = [...document.querySelectorAll('audio')].filter(
      (element) => element.dataset['testid'] === 'remote-audio',
    );
    const track = elements
      .flatMap((element) => (element.srcObject instanceof MediaStream ? element.srcObject.getAudioTracks() : []))
      .findLast((each) => each.readyState === 'live');
    if (track === undefined) return null;
    shelf.practiceProbe ??= { context: new AudioContext({ sampleRate: 48_000 }), analysers: new WeakMap() };
    const { context, analysers } = shelf.practiceProbe;
    await context.resume();
    let analyser = analysers.get(track);
    if (analyser === undefined) {
      analyser = new AnalyserNode(context, { fftSize: size, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      analysers.set(track, analyser);
    }
    const samples = new Float32Array(size);
    analyser.getFloatTimeDomainData(samples);
    return { samples, rate: context.sampleRate };
  }, SAMPLES);
}

/**
 * Waits until the tone was heard in several windows.
 * @param {import('@playwright/test').Page} page
 * @param {number} hz
 * @param {number} timeoutMs
 * @returns {Promise<Sound>} the strongest of them; rejects with what was heard instead
 */
export async function hearTone(page, hz, timeoutMs) {
  const until = Date.now() + timeoutMs;
  /** @type {Sound[]} */
  const heard = [];
  /** @type {Sound | null} */
  let last = null;
  while (heard.length < 6) {
    if (Date.now() > until) {
      const instead =
        last === null
          ? 'the call has no sound at all'
          : `the strongest sound was ${last.frequencyHz.toFixed(0)} Hz at ${last.levelDbfs.toFixed(0)} dBFS`;
      throw new Error(`${hz} Hz did not come back within ${timeoutMs / 1000} s: ${instead}`);
    }
    const now = await listen(page);
    // A look every few milliseconds would take the processor from the call.
    await delay(20);
    if (now === null) continue;
    last = analyse(now.samples, now.rate);
    if (isTone(last, hz)) heard.push(last);
  }
  return heard.reduce((best, sound) => (sound.levelDbfs > best.levelDbfs ? sound : best));
}
