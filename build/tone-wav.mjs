/** The sound for Chromium's fake microphone. */

const RATE = 48_000;
const BURST_MS = 120;
/** Unequal pauses: a steady tone would be removed on its way as hum, or as the echo of itself. */
const PAUSES_MS = [300, 450, 380, 520, 340, 410];
/** Amplitude of full scale: -12 dBFS. */
const AMPLITUDE = 0.25;

/**
 * Short bursts of a tone as a WAV file (RIFF, mono, 16-bit PCM, 48 kHz) that can be looped.
 * @param {number} hz
 * @returns {Buffer}
 */
export function toneWav(hz) {
  /** @type {number[]} */
  const samples = [];
  const burst = (RATE * BURST_MS) / 1000;
  for (const pause of PAUSES_MS) {
    for (let n = 0; n < burst; n += 1) {
      const edge = Math.min(1, n / 240, (burst - n) / 240); // 5 ms in and out, so that it does not click
      samples.push(Math.round(32_767 * AMPLITUDE * edge * Math.sin((2 * Math.PI * hz * n) / RATE)));
    }
    for (let n = 0; n < (RATE * pause) / 1000; n += 1) samples.push(0);
  }
  const file = Buffer.alloc(44 + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // mono
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, n) => file.writeInt16LE(sample, 44 + n * 2));
  return file;
}
