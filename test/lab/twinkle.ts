/**
 * Twinkle (its console, Debian's twinkle-console) as an ordinary phone. It knows sound cards alone, so it gets ALSA devices made of files: its
 * microphone is a pipe that we fill in real time, its loudspeaker a file. Tried with 1.10.2.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rawSamples, samplesOf, steadyTone, TELEPHONE_RATE_HZ, wavFile } from '../support/sound/tone';
import { startLabProcess } from './lab-process';
import { consoleOf, type OrdinaryPhone, type PhoneLines, type PhonePlace } from './ordinary-phone';

const USER = 'twinkle';
/** It asks its microphone for so much at once. */
const FRAME_MS = 20;
const FRAME_SAMPLES = (TELEPHONE_RATE_HZ * FRAME_MS) / 1000;

const LINES: PhoneLines = {
  events: [
    [/Line \d: incoming call/, 'incoming'],
    [/Line \d: received 180/, 'ringing'],
    [/Line \d: (?:far end answered call|call established)\./, 'established'],
    [/Line \d: (?:call ended|call failed|far end ended call|far end cancelled call)\./, 'ended'],
  ],
  digit: /DTMF detected: (\S)/,
};

/** The ALSA devices. `null` takes and gives at any speed: only the pipe makes Twinkle send its packets in real time. */
const devices = (home: string): string => `pcm.nothing { type null }
pcm.mouth {
  type file
  slave.pcm nothing
  file /dev/null
  infile ${join(home, 'mouth.raw')}
  format raw
}
pcm.ear {
  type file
  slave.pcm nothing
  file ${join(home, 'heard.raw')}
  format raw
}
`;

const SETTINGS = `dev_ringtone=alsa:nothing
dev_speaker=alsa:ear
dev_mic=alsa:mouth
validate_audio_dev=no
sip_port=5060
rtp_port=8000
play_ringtone=no
play_ringback=no
log_show_sip=yes
`;

/** Its profile. It takes a tone for silence, and would send none of it: so its sound processing is off. Addresses have no scheme. */
const profile = ({ domain, registrar }: PhonePlace): string => `user_name=${USER}
user_domain=${domain}
user_display=Twinkle
outbound_proxy=${registrar}
all_requests_to_proxy=yes
registrar=${registrar}
registration_time=600
register_at_startup=yes
codecs=g711a,g711u
sip_transport=udp
dtmf_transport=rfc2833
timer_noanswer=60
zrtp_enabled=no
speex_dsp_vad=no
speex_dsp_agc=no
speex_dsp_aec=no
speex_dsp_nrd=no
`;

/** Fills the pipe with the tone as fast as it sounds; what nobody reads is dropped. */
async function speak(pipe: string, toneHz: number): Promise<{ readonly close: () => Promise<void> }> {
  // For reading too: an end for writing alone can't be opened before the other one.
  const file = await open(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const second = rawSamples(steadyTone(toneHz, 1));
  const began = performance.now();
  let frames = 0;
  const timer = setInterval(() => {
    for (; frames < (performance.now() - began) / FRAME_MS; frames += 1) {
      const at = (frames * FRAME_SAMPLES * 2) % second.length;
      // A full pipe takes nothing of a frame.
      file.write(second, at, FRAME_SAMPLES * 2).catch(() => undefined);
    }
  }, FRAME_MS);
  return {
    close: async () => {
      clearInterval(timer);
      await file.close();
    },
  };
}

/** Starts Twinkle, which plays `toneHz` in each call, and waits until it is registered. Rejects with what it printed last. */
export async function startTwinkleAt(place: PhonePlace, toneHz: number): Promise<OrdinaryPhone> {
  const home = join(place.folder, USER);
  await rm(home, { recursive: true, force: true });
  // What an earlier one printed is no event of this one.
  await rm(join(place.folder, `${USER}.log`), { force: true });
  await mkdir(join(home, '.twinkle'), { recursive: true, mode: 0o700 });
  await writeFile(join(home, '.asoundrc'), devices(home));
  await writeFile(join(home, '.twinkle', 'twinkle.sys'), SETTINGS);
  await writeFile(join(home, '.twinkle', 'lab.cfg'), profile(place));
  const pipe = join(home, 'mouth.raw');
  await promisify(execFile)('mkfifo', ['-m', '600', pipe]);
  const voice = await speak(pipe, toneHz);
  const phone = await startLabProcess(place.folder, USER, 'twinkle-console', ['lab.cfg'], {
    inside: place.inside,
    home,
    typed: true,
  });
  const { told, registered, events, digits, quit } = consoleOf(phone, place, LINES);
  const ear = async (): Promise<Buffer> => readFile(join(home, 'heard.raw')).catch(() => Buffer.alloc(0));
  let forgotten = 0;
  const end = async (): Promise<void> => {
    // It reads its microphone until its call is over.
    await quit('quit');
    await voice.close();
  };
  try {
    await registered();
  } catch (error) {
    await end();
    throw error;
  }
  return {
    user: USER,
    pid: phone.pid,
    events,
    dial: (user) => phone.type(`call ${user}`),
    answer: () => phone.type('answer'),
    hangUp: () => phone.type('bye'),
    hold: () => told('hold', /re-INVITE successful/),
    resume: () => told('retrieve', /re-INVITE successful/),
    sendDigits: (wanted) => told(`dtmf ${wanted}`, /Twinkle> $/),
    digits,
    listen: async () => {
      forgotten = (await ear()).length;
    },
    heard: async () => {
      const all = await ear();
      // The file begins anew with each description that is agreed upon.
      if (all.length < forgotten) forgotten = 0;
      const bytes = all.subarray(forgotten);
      return bytes.length === 0 ? bytes : wavFile(samplesOf(bytes), TELEPHONE_RATE_HZ);
    },
    stop: end,
  };
}
