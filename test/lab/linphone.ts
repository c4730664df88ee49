/** Linphone (its console, Debian's linphone-cli) as an ordinary phone: plays a tone, records what it hears. Tried with 5.1.65. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { samplesOf, steadyTone, TELEPHONE_RATE_HZ, wavFile } from '../support/sound/tone';
import { startLabProcess } from './lab-process';
import { consoleOf, type OrdinaryPhone, type PhoneLines, type PhonePlace } from './ordinary-phone';

const USER = 'linphone';
/** Longer than any test's call: what it does at the end of the file does not matter. */
const TONE_S = 120;
/** Of a WAV file without extras. */
const HEADER_BYTES = 44;

const LINES: PhoneLines = {
  events: [
    [/Receiving new incoming call from/, 'incoming'],
    [/Call \d+ to .* ringing\./, 'ringing'],
    [/Call \d+ with .* connected\./, 'established'],
    [/Call \d+ has been paused by/, 'held'],
    [/Call \d+ with .* (?:ended|error)\b/, 'ended'],
  ],
  digit: /Receiving tone (.) from/,
};

/** Its linphonerc. Without `register_only_when_network_is_up` it would ask a desktop's network manager first. */
const configuration = ({ domain, registrar }: PhonePlace): string => `[sip]
sip_port=5060
sip_tcp_port=0
sip_tls_port=0
default_proxy=0
register_only_when_network_is_up=0
guess_hostname=0
contact="Linphone" <sip:${USER}@unset>
[proxy_0]
reg_proxy=<sip:${registrar};transport=udp>
reg_route=<sip:${registrar};transport=udp;lr>
reg_identity="Linphone" <sip:${USER}@${domain}>
reg_expires=600
reg_sendregister=1
publish=0
[sound]
echocancellation=0
[net]
firewall_policy=0
`;

/** Samples per second of its newest recording, as its log tells. */
async function rateIn(log: string): Promise<number> {
  const told = [...(await readFile(log, 'utf8')).matchAll(/-->MSFileRec:\S+ from rate \[\d+\] to rate \[(\d+)\]/g)];
  return Number(told.at(-1)?.[1] ?? TELEPHONE_RATE_HZ);
}

/** A recording with the header that Linphone writes only at its end. */
function wavOf(file: Buffer, rateHz: number): Buffer {
  if (file.length <= HEADER_BYTES) return Buffer.alloc(0);
  return wavFile(samplesOf(file.subarray(HEADER_BYTES)), rateHz);
}

/** Starts Linphone, which plays `toneHz` in each call, and waits until it is registered. Rejects with what it printed last. */
export async function startLinphoneAt(place: PhonePlace, toneHz: number): Promise<OrdinaryPhone> {
  const home = join(place.folder, USER);
  await rm(home, { recursive: true, force: true });
  // What an earlier one printed is no event of this one.
  await rm(join(place.folder, `${USER}.log`), { force: true });
  // It stores its database there, and does not make the folder.
  await mkdir(join(home, '.local', 'share', 'linphone'), { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'linphonerc'), configuration(place));
  const log = join(home, 'linphone-sip.log');
  const tone = join(home, 'tone.wav');
  await writeFile(tone, wavFile(steadyTone(toneHz, TONE_S), TELEPHONE_RATE_HZ));
  const phone = await startLabProcess(
    place.folder,
    USER,
    'linphonec',
    ['-c', join(home, 'linphonerc'), '-d', '5', '-l', log],
    { inside: place.inside, home, typed: true },
  );
  const { told, registered, events, digits, quit } = consoleOf(phone, place, LINES);
  let recordings = 0;
  const recording = (): string => join(home, `heard-${recordings}.wav`);
  const listen = async (): Promise<void> => {
    recordings += 1;
    await told(`record ${recording()}`, /linphonec> $/);
  };
  try {
    await registered();
    await told('soundcard use files', /Using wav files/);
    await told(`play ${tone}`, /linphonec> $/);
    await listen();
  } catch (error) {
    await quit('quit');
    throw error;
  }
  return {
    user: USER,
    pid: phone.pid,
    events,
    dial: (user) => phone.type(`call sip:${user}@${place.domain}`),
    answer: () => phone.type('answer'),
    hangUp: () => phone.type('terminate'),
    hold: () => told('pause', /is now paused\./),
    resume: () => told('resume', /Media streams established/),
    sendDigits: async (wanted) => {
      for (const digit of wanted) await told(digit, /linphonec> $/);
    },
    digits,
    listen,
    heard: async () => wavOf(await readFile(recording()).catch(() => Buffer.alloc(0)), await rateIn(log)),
    stop: () => quit('quit'),
  };
}
